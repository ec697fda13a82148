# opgen: the instruction tables, the interpreter's cases and the out-of-line helpers, from bytecodes.def.
add_executable(opgen src/gen/opgen.c)
set_target_properties(opgen PROPERTIES COMPILE_OPTIONS "-O1")
set(OPGEN_OUTPUTS ${GENERATED}/opcodes.h ${GENERATED}/opcode_tables.c ${GENERATED}/interpreter_labels.h
    ${GENERATED}/interpreter_cases.h ${GENERATED}/opcode_helpers.h)
add_custom_command(
  OUTPUT ${OPGEN_OUTPUTS}
  COMMAND opgen ${CMAKE_SOURCE_DIR}/src/vm/bytecodes.def ${GENERATED}
  DEPENDS opgen src/vm/bytecodes.def)
list(APPEND GENERATED_SOURCES ${OPGEN_OUTPUTS})
# One indirect jump for each instruction's end: the branch predictor tells them apart.
set_source_files_properties(src/vm/interpreter.c PROPERTIES COMPILE_OPTIONS "-fno-gcse;-fno-crossjumping")
