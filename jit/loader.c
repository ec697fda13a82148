/* loader.c: a strict loader for the object files that `as` makes of our own assembler text.
 *
 * Accepted: 64-bit little-endian x86-64 relocatable files with at most SECTIONS_MAX sections, relocations
 * R_X86_64_PC32, PLT32 and 64 against sections and symbols of the file itself. Undefined symbols, GOT entries and
 * anything else are refused: traces get all addresses through their table. Everything is checked against the size of
 * the file before it is touched, so that the loader can also read files from a cache that somebody tampered with. */
#include "jit/loader.h"

#include <elf.h>

enum { SECTIONS_MAX = 64, CODE_MAX = 8 << 20 };

typedef struct Load {
    const char *image;
    size_t size;
    const Elf64_Ehdr *header;
    const Elf64_Shdr *sections;
    size_t offsets[SECTIONS_MAX]; /* of allocated sections in the code */
    bool is_placed[SECTIONS_MAX];
    size_t total;
    char *write_view, *execute_view;
    const Elf64_Sym *symbols;
    size_t symbol_count;
    const char *strings;
    size_t strings_size;
    const char *problem;
} Load;

static bool refuse(Load *load, const char *problem)
{
    load->problem = problem;
    return false;
}

static bool in_file(const Load *load, uint64_t offset, uint64_t size)
{
    return offset <= load->size && size <= load->size - offset;
}

static bool check_header(Load *load)
{
    if (load->size < sizeof(Elf64_Ehdr) || ((uintptr_t)load->image & 7)) return refuse(load, "too short");
    const Elf64_Ehdr *h = load->header = (const Elf64_Ehdr *)load->image;
    if (memcmp(h->e_ident, ELFMAG, SELFMAG) || h->e_ident[EI_CLASS] != ELFCLASS64 ||
        h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_type != ET_REL || h->e_machine != EM_X86_64) {
        return refuse(load, "not a relocatable x86-64 file");
    }
    if (h->e_shnum == 0 || h->e_shnum > SECTIONS_MAX || h->e_shentsize != sizeof(Elf64_Shdr) || (h->e_shoff & 7) ||
        !in_file(load, h->e_shoff, (uint64_t)h->e_shnum * sizeof(Elf64_Shdr))) {
        return refuse(load, "bad section table");
    }
    load->sections = (const Elf64_Shdr *)(load->image + h->e_shoff);
    return true;
}

static bool place_sections(Load *load)
{
    for (int i = 1; i < load->header->e_shnum; i++) {
        const Elf64_Shdr *s = &load->sections[i];
        if (s->sh_type != SHT_NOBITS && !in_file(load, s->sh_offset, s->sh_size))
            return refuse(load, "section outside");
        if (!(s->sh_flags & SHF_ALLOC) || !s->sh_size) continue;
        if (s->sh_type != SHT_PROGBITS) return refuse(load, "section of an unknown type");
        if (s->sh_flags & SHF_WRITE) return refuse(load, "writable data");
        uint64_t alignment = s->sh_addralign ? s->sh_addralign : 1;
        if (alignment > 64 || (alignment & (alignment - 1)) || s->sh_size > CODE_MAX)
            return refuse(load, "bad section");
        load->total = align_up(load->total, alignment);
        load->offsets[i] = load->total;
        load->is_placed[i] = true;
        load->total += s->sh_size;
        if (load->total > CODE_MAX) return refuse(load, "too large");
    }
    return load->total ? true : refuse(load, "no code");
}

static bool find_symbols(Load *load)
{
    for (int i = 1; i < load->header->e_shnum; i++) {
        const Elf64_Shdr *s = &load->sections[i];
        if (s->sh_type != SHT_SYMTAB) continue;
        if (s->sh_entsize != sizeof(Elf64_Sym) || (s->sh_offset & 7) || s->sh_link >= load->header->e_shnum) break;
        const Elf64_Shdr *strings = &load->sections[s->sh_link];
        if (strings->sh_type != SHT_STRTAB || !strings->sh_size) break;
        if (load->image[strings->sh_offset + strings->sh_size - 1] != 0) break;
        load->symbols = (const Elf64_Sym *)(load->image + s->sh_offset);
        load->symbol_count = s->sh_size / sizeof(Elf64_Sym);
        load->strings = load->image + strings->sh_offset;
        load->strings_size = strings->sh_size;
        return true;
    }
    return refuse(load, "no symbol table");
}

/* Where the symbol stands in the code; -1: not in it. */
static int64_t symbol_offset(const Load *load, const Elf64_Sym *symbol)
{
    if (symbol->st_shndx >= load->header->e_shnum || !load->is_placed[symbol->st_shndx]) return -1;
    if (symbol->st_value > load->sections[symbol->st_shndx].sh_size) return -1;
    return (int64_t)(load->offsets[symbol->st_shndx] + symbol->st_value);
}

static bool relocate_one(Load *load, const Elf64_Rela *r, int target)
{
    uint32_t index = (uint32_t)ELF64_R_SYM(r->r_info);
    if (index >= load->symbol_count) return refuse(load, "relocation without a symbol");
    int64_t s = symbol_offset(load, &load->symbols[index]);
    if (s < 0) return refuse(load, "relocation against something outside");
    size_t width = ELF64_R_TYPE(r->r_info) == R_X86_64_64 ? 8 : 4;
    uint64_t room = load->sections[target].sh_size;
    if (r->r_offset > room || width > room - r->r_offset) return refuse(load, "relocation outside of its section");
    int64_t p = (int64_t)(load->offsets[target] + r->r_offset);
    switch (ELF64_R_TYPE(r->r_info)) {
    case R_X86_64_PC32:
    case R_X86_64_PLT32: {
        int64_t distance = s + r->r_addend - p;
        if (distance != (int32_t)distance) return refuse(load, "relocation too far");
        int32_t narrow = (int32_t)distance;
        memcpy(load->write_view + p, &narrow, sizeof narrow);
        return true;
    }
    case R_X86_64_64: {
        int64_t address = (int64_t)(intptr_t)load->execute_view + s + r->r_addend;
        memcpy(load->write_view + p, &address, sizeof address);
        return true;
    }
    default: return refuse(load, "relocation of an unknown kind");
    }
}

static bool relocate(Load *load)
{
    for (int i = 1; i < load->header->e_shnum; i++) {
        const Elf64_Shdr *s = &load->sections[i];
        if (s->sh_type == SHT_REL) return refuse(load, "relocations of the old kind");
        if (s->sh_type != SHT_RELA) continue;
        if (s->sh_info >= load->header->e_shnum) return refuse(load, "bad relocation section");
        if (!load->is_placed[s->sh_info]) continue;
        if (s->sh_entsize != sizeof(Elf64_Rela) || (s->sh_offset & 7)) return refuse(load, "bad relocation section");
        const Elf64_Rela *r = (const Elf64_Rela *)(load->image + s->sh_offset);
        for (uint64_t n = s->sh_size / sizeof *r; n > 0; n--, r++) {
            if (!relocate_one(load, r, (int)s->sh_info)) return false;
        }
    }
    return true;
}

static NULLABLE NativeCode find_entry(Load *load)
{
    for (size_t i = 0; i < load->symbol_count; i++) {
        const Elf64_Sym *symbol = &load->symbols[i];
        if (symbol->st_name >= load->strings_size || strcmp(load->strings + symbol->st_name, "trace") != 0) continue;
        int64_t offset = symbol_offset(load, symbol);
        if (offset < 0 || !(load->sections[symbol->st_shndx].sh_flags & SHF_EXECINSTR)) break;
        return (NativeCode)(uintptr_t)(load->execute_view + offset);
    }
    refuse(load, "no function \"trace\"");
    return NULL;
}

NativeCode loader_load(const void *object, size_t size, const char **problem, size_t *code_size)
{
    Load load = {.image = object, .size = size};
    NativeCode code = NULL;
    if (check_header(&load) && place_sections(&load) && find_symbols(&load)) {
        if (!arena_reserve(load.total, &load.write_view, &load.execute_view)) {
            load.problem = "the code arena is full";
        } else {
            for (int i = 1; i < load.header->e_shnum; i++) {
                if (!load.is_placed[i]) continue;
                memcpy(load.write_view + load.offsets[i], load.image + load.sections[i].sh_offset,
                       load.sections[i].sh_size);
            }
            if (relocate(&load)) code = find_entry(&load);
        }
    }
    *problem = load.problem;
    *code_size = load.total;
    return code;
}
