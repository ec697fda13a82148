/* termios.c: the module termios: terminal attributes. */
#include <sys/ioctl.h>
#include <termios.h>

#include <asm/ioctls.h>

#include "modules/exception_class.h"
#include "modules/posix/posix.h"

static Value termios_error; /* owned: termios.error */

/* (errno, text) as CPython's termios.error has it. */
static Value failure(void)
{
    Value text = str_from_cstr(strerror(errno));
    if (value_is_null(text)) return VALUE_NULL;
    Value args = tuple_from_array_steal((Value[]){value_from_small_int(errno), text}, 2);
    if (value_is_null(args)) return VALUE_NULL;
    error_set_value((Type *)value_as_object(termios_error), args);
    value_decref(args);
    return VALUE_NULL;
}

static Value none_or_failure(int status)
{
    return status < 0 ? failure() : VALUE_NONE;
}

/* The characters: bytes of one each, but VMIN and VTIME numbers when input is not by lines. */
static Value characters_list(const struct termios *mode)
{
    Value list = list_new(NCCS);
    if (value_is_null(list)) return VALUE_NULL;
    for (int i = 0; i < NCCS; i++) {
        char c = (char)mode->c_cc[i];
        bool is_number = !(mode->c_lflag & ICANON) && (i == VMIN || i == VTIME);
        Value item = is_number ? value_from_small_int(mode->c_cc[i]) : bytes_new(&c, 1);
        as_list(list)->items[i] = item;
        if (!value_is_null(item)) continue;
        value_decref(list);
        return VALUE_NULL;
    }
    return list;
}

FUNCTION(termios_tcgetattr)
{
    int fd;
    struct termios mode;
    if (!arg_as_fd(args[0], &fd)) return VALUE_NULL;
    if (tcgetattr(fd, &mode) < 0) return failure();
    Value characters = characters_list(&mode);
    if (value_is_null(characters)) return VALUE_NULL;
    Value items[7] = {value_from_small_int(mode.c_iflag),
                      value_from_small_int(mode.c_oflag),
                      value_from_small_int(mode.c_cflag),
                      value_from_small_int(mode.c_lflag),
                      value_from_small_int(cfgetispeed(&mode)),
                      value_from_small_int(cfgetospeed(&mode)),
                      characters};
    Value list = list_from_array(items, 7);
    value_decref(characters);
    return list;
}

static bool read_characters(Value list, struct termios *mode)
{
    if (!is_list(list) || list_length(list) != NCCS) {
        error_format(&type_TypeError, "tcsetattr: attributes[6] must be %d element list", NCCS);
        return false;
    }
    for (int i = 0; i < NCCS; i++) {
        Value item = list_item_borrow(list, i);
        int64_t n;
        if (is_bytes(item) && as_bytes(item)->length == 1) {
            mode->c_cc[i] = (cc_t)as_bytes(item)->data[0];
        } else if (is_int(item) && int_fits_int64(item, &n)) {
            mode->c_cc[i] = (cc_t)n;
        } else {
            error_set(&type_TypeError, "tcsetattr: elements of attributes must be characters or integers");
            return false;
        }
    }
    return true;
}

FUNCTION(termios_tcsetattr)
{
    int fd, when, status;
    uint64_t numbers[6];
    struct termios mode;
    if (!arg_as_fd(args[0], &fd) || !arg_as_int(args[1], &when)) return VALUE_NULL;
    if (!is_list(args[2]) || list_length(args[2]) != 7)
        return error_set(&type_TypeError, "tcsetattr, arg 3: must be 7 element list");
    if (tcgetattr(fd, &mode) < 0) return failure(); // for the fields that Python does not know
    for (int i = 0; i < 6; i++)
        if (!arg_as_uint64(list_item_borrow(args[2], i), &numbers[i])) return VALUE_NULL;
    mode.c_iflag = (tcflag_t)numbers[0];
    mode.c_oflag = (tcflag_t)numbers[1];
    mode.c_cflag = (tcflag_t)numbers[2];
    mode.c_lflag = (tcflag_t)numbers[3];
    if (!read_characters(list_item_borrow(args[2], 6), &mode)) return VALUE_NULL;
    if (cfsetispeed(&mode, (speed_t)numbers[4]) < 0 || cfsetospeed(&mode, (speed_t)numbers[5]) < 0) return failure();
    BLOCKING_BEGIN
    status = tcsetattr(fd, when, &mode);
    BLOCKING_END
    return none_or_failure(status);
}

static Value with_number(int (*call)(int, int), const Value *args)
{
    int fd, number, status;
    if (!arg_as_fd(args[0], &fd) || !arg_as_int(args[1], &number)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = call(fd, number);
    BLOCKING_END
    return none_or_failure(status);
}

FUNCTION(termios_tcsendbreak)
{
    return with_number(tcsendbreak, args);
}

FUNCTION(termios_tcflush)
{
    return with_number(tcflush, args);
}

FUNCTION(termios_tcflow)
{
    return with_number(tcflow, args);
}

FUNCTION(termios_tcdrain)
{
    int fd, status;
    if (!arg_as_fd(args[0], &fd)) return VALUE_NULL;
    BLOCKING_BEGIN
    status = tcdrain(fd);
    BLOCKING_END
    return none_or_failure(status);
}

FUNCTION(termios_tcgetwinsize)
{
    int fd;
    struct winsize size;
    if (!arg_as_fd(args[0], &fd)) return VALUE_NULL;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0) return failure();
    return tuple_from_array_steal((Value[]){value_from_small_int(size.ws_row), value_from_small_int(size.ws_col)}, 2);
}

FUNCTION(termios_tcsetwinsize)
{
    int fd, rows, columns;
    struct winsize size;
    if (!arg_as_fd(args[0], &fd)) return VALUE_NULL;
    if (!is_sequence(args[1]) || value_length(args[1]) != 2)
        return error_set(&type_TypeError, "tcsetwinsize, arg 2: must be a two-item sequence");
    Value pair = tuple_from_iterable(args[1]);
    if (value_is_null(pair)) return VALUE_NULL;
    bool done = arg_as_int(tuple_item_borrow(pair, 0), &rows) && arg_as_int(tuple_item_borrow(pair, 1), &columns);
    value_decref(pair);
    if (!done) return VALUE_NULL;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0) return failure();
    size.ws_row = (unsigned short)rows;
    size.ws_col = (unsigned short)columns;
    if (size.ws_row != rows || size.ws_col != columns)
        return error_set(&type_OverflowError, "winsize value(s) out of range.");
    return none_or_failure(ioctl(fd, TIOCSWINSZ, &size));
}

static const NativeMethod methods[] = {
    {"tcgetattr", termios_tcgetattr, 1, 1, 0, "tcgetattr($module, fd, /)\n--\n\nGet the tty attributes for fd."},
    {"tcsetattr", termios_tcsetattr, 3, 3, 0,
     "tcsetattr($module, fd, when, attributes, /)\n--\n\nSet the tty attributes for file descriptor fd."},
    {"tcsendbreak", termios_tcsendbreak, 2, 2, 0, "tcsendbreak($module, fd, duration, /)\n--\n\nSend a break on fd."},
    {"tcdrain", termios_tcdrain, 1, 1, 0, "tcdrain($module, fd, /)\n--\n\nWait until all output has been transmitted."},
    {"tcflush", termios_tcflush, 2, 2, 0, "tcflush($module, fd, queue, /)\n--\n\nDiscard queued data on fd."},
    {"tcflow", termios_tcflow, 2, 2, 0, "tcflow($module, fd, action, /)\n--\n\nSuspend or resume input or output."},
    {"tcgetwinsize", termios_tcgetwinsize, 1, 1, 0, "tcgetwinsize($module, fd, /)\n--\n\nGet the tty winsize."},
    {"tcsetwinsize", termios_tcsetwinsize, 2, 2, 0,
     "tcsetwinsize($module, fd, winsize, /)\n--\n\nSet the tty winsize."},
    {NULL},
};

#ifndef VSWTCH
#define VSWTCH VSWTC
#endif

// clang-format off
#define CONSTANTS(X) \
    X(B0) X(B1000000) X(B110) X(B115200) X(B1152000) X(B1200) X(B134) X(B150) X(B1500000) X(B1800) X(B19200) X(B200) \
    X(B2000000) X(B230400) X(B2400) X(B2500000) X(B300) X(B3000000) X(B3500000) X(B38400) X(B4000000) X(B460800) \
    X(B4800) X(B50) X(B500000) X(B57600) X(B576000) X(B600) X(B75) X(B921600) X(B9600) X(BRKINT) X(BS0) X(BS1) \
    X(BSDLY) X(CBAUD) X(CBAUDEX) X(CDSUSP) X(CEOF) X(CEOL) X(CEOT) X(CERASE) X(CFLUSH) X(CIBAUD) X(CINTR) X(CKILL) \
    X(CLNEXT) X(CLOCAL) X(CQUIT) X(CR0) X(CR1) X(CR2) X(CR3) X(CRDLY) X(CREAD) X(CRPRNT) X(CRTSCTS) X(CS5) X(CS6) \
    X(CS7) X(CS8) X(CSIZE) X(CSTART) X(CSTOP) X(CSTOPB) X(CSUSP) X(CWERASE) X(ECHO) X(ECHOCTL) X(ECHOE) X(ECHOK) \
    X(ECHOKE) X(ECHONL) X(ECHOPRT) X(EXTA) X(EXTB) X(FF0) X(FF1) X(FFDLY) X(FIOASYNC) X(FIOCLEX) X(FIONBIO) \
    X(FIONCLEX) X(FIONREAD) X(FLUSHO) X(HUPCL) X(ICANON) X(ICRNL) X(IEXTEN) X(IGNBRK) X(IGNCR) X(IGNPAR) X(IMAXBEL) \
    X(INLCR) X(INPCK) X(IOCSIZE_MASK) X(IOCSIZE_SHIFT) X(ISIG) X(ISTRIP) X(IUCLC) X(IXANY) X(IXOFF) X(IXON) X(NCC) \
    X(NCCS) X(NL0) X(NL1) X(NLDLY) X(NOFLSH) X(N_MOUSE) X(N_PPP) X(N_SLIP) X(N_STRIP) X(N_TTY) X(OCRNL) X(OFDEL) \
    X(OFILL) X(OLCUC) X(ONLCR) X(ONLRET) X(ONOCR) X(OPOST) X(PARENB) X(PARMRK) X(PARODD) X(PENDIN) X(TAB0) X(TAB1) \
    X(TAB2) X(TAB3) X(TABDLY) X(TCFLSH) X(TCGETA) X(TCGETS) X(TCIFLUSH) X(TCIOFF) X(TCIOFLUSH) X(TCION) X(TCOFLUSH) \
    X(TCOOFF) X(TCOON) X(TCSADRAIN) X(TCSAFLUSH) X(TCSANOW) X(TCSBRK) X(TCSBRKP) X(TCSETA) X(TCSETAF) X(TCSETAW) \
    X(TCSETS) X(TCSETSF) X(TCSETSW) X(TCXONC) X(TIOCCONS) X(TIOCEXCL) X(TIOCGETD) X(TIOCGICOUNT) X(TIOCGLCKTRMIOS) \
    X(TIOCGPGRP) X(TIOCGSERIAL) X(TIOCGSOFTCAR) X(TIOCGWINSZ) X(TIOCINQ) X(TIOCLINUX) X(TIOCMBIC) X(TIOCMBIS) \
    X(TIOCMGET) X(TIOCMIWAIT) X(TIOCMSET) X(TIOCM_CAR) X(TIOCM_CD) X(TIOCM_CTS) X(TIOCM_DSR) X(TIOCM_DTR) \
    X(TIOCM_LE) X(TIOCM_RI) X(TIOCM_RNG) X(TIOCM_RTS) X(TIOCM_SR) X(TIOCM_ST) X(TIOCNOTTY) X(TIOCNXCL) X(TIOCOUTQ) \
    X(TIOCPKT) X(TIOCPKT_DATA) X(TIOCPKT_DOSTOP) X(TIOCPKT_FLUSHREAD) X(TIOCPKT_FLUSHWRITE) X(TIOCPKT_NOSTOP) \
    X(TIOCPKT_START) X(TIOCPKT_STOP) X(TIOCSCTTY) X(TIOCSERCONFIG) X(TIOCSERGETLSR) X(TIOCSERGETMULTI) \
    X(TIOCSERGSTRUCT) X(TIOCSERGWILD) X(TIOCSERSETMULTI) X(TIOCSERSWILD) X(TIOCSER_TEMT) X(TIOCSETD) \
    X(TIOCSLCKTRMIOS) X(TIOCSPGRP) X(TIOCSSERIAL) X(TIOCSSOFTCAR) X(TIOCSTI) X(TIOCSWINSZ) X(TOSTOP) X(VDISCARD) \
    X(VEOF) X(VEOL) X(VEOL2) X(VERASE) X(VINTR) X(VKILL) X(VLNEXT) X(VMIN) X(VQUIT) X(VREPRINT) X(VSTART) X(VSTOP) \
    X(VSUSP) X(VSWTC) X(VSWTCH) X(VT0) X(VT1) X(VTDLY) X(VTIME) X(VWERASE) X(XCASE) X(XTABS)
// clang-format on

static int exec(Value module)
{
#define ADD(name)                                                                                                      \
    if (module_add_int(module, #name, (int64_t)(name)) < 0) return -1;
    CONSTANTS(ADD)
#undef ADD
    if (value_is_null(termios_error)) termios_error = exception_class_new("termios.error", &type_Exception);
    return value_is_null(termios_error) ? -1 : module_add(module, "error", value_incref(termios_error));
}

NATIVE_MODULE(termios) = {
    .name = "termios",
    .doc = "This module provides an interface to the Posix calls for tty I/O control.",
    .methods = methods,
    .exec = exec,
};
