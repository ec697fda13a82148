"""The expressions of generated programs, as templates by kind of value. <word> stands for a random part (expressions.py):

    <int> <float> <str> …   an expression of that kind, less deep       <int0> <str0> …   a variable or a constant of it
    <small>  an int below some small number                             <n:50>  a number below 50, written into the program
    <token> <class> <cmp> <key> <text>   a shared object, a class, a comparison, a key, a string constant
    <any0>   any variable at all

A template that begins with ! is more likely to raise than the others: the program's "risk" says how often such are taken.

A kind is a hope, not a promise: now and then a variable of one kind gets a value of another, so any expression may raise. What
none may do is to run for long or to make a huge value, whatever the variables hold: a product has one factor that is small,
powers and shifts have small exponents, what grows is cut.
"""
KINDS = ["int", "float", "str", "bool", "list", "any", "dict", "set", "tuple", "bytes", "object"]

EDGE_INTS = [0, 1, -1, 2, 3, 5, 7, 8, 10, 16, 63, 64, 100, 255, 256, -7, 1000, 2**30, 2**31, -2**31, 2**32 + 1, 2**60,
             2**61 - 1, 2**61 - 2, -2**61, -2**61 + 1, 2**61, 2**62, 2**63 - 1, -2**63, 2**64, 10**20, -10**25]
EDGE_FLOATS = ["0.0", "-0.0", "1.0", "-1.5", "0.1", "2.5", "3.0", "1e10", "1e-10", "1e16", "1e100", "-1e200", "1e300", "1e-300",
               "5e-324", "1e-150", "math.inf", "-math.inf", "math.nan"]
STRINGS = ["''", "'a'", "'b'", "'abc'", "'hello world'", "'xxxxx'", "'\\xe9t\\xe9'", "'\\u20ac7'", "'\\U0001f40d!'", "'12'", "'-3.5'", "'key'"]
KEYS = ["'a'", "'b'", "'c'", "'key'", "1", "2", "(1, 2)", "None", "True", "2.0"]

# What stands for a kind when there is no variable of it.
CONSTANTS = {
    "bool": ["True", "False", "<int0> <cmp> <int0>"], "list": ["[<int0>, <int0>, 3]", "[1, 2]", "[]"], "any": ["[<token>, None]", "[]"],
    "dict": ["{'a': 1, 'b': 2, 1: 3}", "{}"], "set": ["{1, 2, 3}", "{<int0>, 5}"], "tuple": ["(1, 2)", "(<int0>, <token>)"],
    "bytes": ["bytearray(b'abcdef')", "bytearray(4)"], "object": ["<new>"],
}

INT_ARITHMETIC = ["(<int> + <int>)", "(<int> - <int>)", "(<int> + <n:9>)", "(<int> - 1)", "(<int> * <n:12>)", "(<int> * -3)", "(<int> * (<small>))",
                  "(-<int>)", "((<small>) ** <n:4>)", "(+<int>)", "(<n:40> - <int>)"]
EXPRESSIONS = {
    "int": INT_ARITHMETIC * 3 + [
        "(<int> & <int>)", "(<int> | <int>)", "(<int> ^ <int>)", "(~<int>)", "(<int> >> <n:66>)", "(<int> >> (<small>))", "((<int> & 0xffff) << <n:70>)",
        "(<int> & 0xff)", "(<int> << <n:4>)", "(<int> // <n:9>)", "(<int> % <n:20>)", "(<int> // -7)", "(<int> % -8)", "(<int> // 8)", "!(<int> // <int>)",
        "(<int> % (<int> or 3))", "(<int> // -1)", "!divmod(<int>, <int>)[<n:2>]", "abs(<int>)", "min(<int>, <int>)", "max(<int>, <int>)", "!int(<float>)", "int(<bool>)",
        "ord((<str> or '?')[0])", "!round(<float>)", "hash(<small>) % 1000", "(<int>).bit_length()", "pow(<int>, <n:5>, 97)", "len(<list>)", "len(<any>)", "len(<dict>)",
        "len(<set>)", "len(<tuple>)", "len(<str>)", "len(<bytes>)", "sum(<list>)", "(<list> or [4])[0]", "!<list0>[-1]", "!<list0>[<int> % 3]", "!<list0>[<int> % (len(<list0>) or 1)]",
        "<dict0>.get(<key>, <int>)", "!<dict0>[<key>]", "<str>.find(<text>)", "!<tuple0>[0]", "!<tuple0>[-1]", "sum(q * 2 for q in <list>)", "sum([q & 3 for q in <list>])",
        "!<bytes0>[<int> % 4]", "<list>.count(<int>)", "max(<list>, default=<int>)", "<object>.a", "<object0>.a", "<object0>.b", "<object0>.a", "!len(<object0>)", "!<object0>[<int>]",
        "getattr(<object0>, 'extra', <int>)", "(<list0>[<int> % len(<list0!>)] if <list0!> else <int>)", "!(<object0> + <int>).a", "<object0>.scale", "<class>.scale", "<method>", "<method>", "<method>", "<call>", "<call>", "<call>",
        "!int(<text>)", "next(iter(<list>), <int>)", "(lambda q: q + <int0>)(<int>)", "len([*<any>, *<list>])"],
    "float": [
        "(<float> + <float>)", "(<float> + <float>)", "(<float> - <float>)", "(<float> - <int>)", "(<int> + <float>)", "(<float> * <real>)", "(<real> * <float>)",
        "(<float> * ((<float>) % 7.5))", "(-<float>)", "(<float> / (<float> or 1.5))", "!(<float> / <float>)", "(<float> // 2.0)", "(<float> // 0.3)", "(<float> % 0.3)",
        "(<float> % -1.5)", "abs(<float>)", "!float(<int>)", "math.sqrt(abs(<float>))", "!math.sqrt(<float>)", "min(<float>, <float>)", "max(<float>, <int>)", "(<int> / 4)",
        "!(<int> / <int>)", "<object0>.f", "<object0>.f", "round(<float>, 2)", "!math.floor(<float> % 100.0) * 0.5", "((<float>) % 9.0) ** 2", "(<float> * <int0> % 10.0)", "!float(<text>)"],
    "bool": [
        "<int> <cmp> <int>", "<int> <cmp> <int>", "<int> <cmp> <n:50>", "<float> <cmp> <float>", "<str> <cmp> <str>", "!<list> <cmp> <list>", "!<tuple> <cmp> <tuple>", "<small> == <n:3>",
        "<small> == <n:3>", "(<bool> and <bool>)", "(<bool> or <bool>)", "(not <bool>)", "isinstance(<thing>, int)", "isinstance(<thing>, <class>)", "isinstance(<thing>, (int, str))",
        "<thing> is None", "<object> is <thing>", "<any0> is not None", "<int> in <list>", "<int> in <set>", "<int> not in <tuple>", "<key> in <dict>", "<int> <cmp> <int> <cmp> <int>",
        "bool(<thing>)", "<str> in <str>", "<object> == <object>", "!<object0> < <object0>", "!<int> in <object0>", "<token> in <any>", "callable(<thing>)", "hasattr(<object0>, 'extra')",
        "<int> <cmp> <float>", "any(<list>)", "all(q > <int0> for q in <list>)"],
    "str": [
        "(<str> + <str>)[:40]", "str(<small>)", "<str>[<int> % 5:]", "<str>[:<int> % 9]", "<str>[::-1]", "f'{<int0>}:{<int0>!r:>4}'[:30]", "'%s-%d' % (<str0>[:9], <small>)", "<str>.upper()",
        "chr(97 + <int> % 26)", "!(<str> or 'z')[<int> % 3]", "!<str0>[<int> % (len(<str0>) or 1)]", "','.join([<str>, <str>])[:30]", "<str>.replace('a', <str>[:3])[:40]", "repr(<small>)",
        "<str>.strip()", "<object0>.s", "'{}|{}'.format(<str0>[:5], <small>)", "''.join(q for q in <str> if q > 'b')"],
    "list": [
        "[<int>, <int>]", "[<int>]", "[<int>, <int>, <int>]", "<list0>[<n:3>:]", "<list0>[:<int> % 5]", "<list0>[::-1]", "<list0>[::2]", "list(range(<int> % 9))", "[q + <int0> for q in <list0>][:12]",
        "[q for q in <list0> if q > <int0>]", "(<list0> + [<int>])[:15]", "sorted(<list0>)[:9]", "([<int>] * <n:6>)", "!list(<tuple0>)", "list(map(abs, <list0>))", "!list(<object0>)[:6]",
        "[*<list0>, <int>][-8:]", "[q * r for q in <list0>[:3] for r in (1, 2)]", "<list0>.copy()", "[<int> for _ in range(<n:5>)]"],
    "any": ["[<thing>]", "[<thing>, <any0>]", "[*<any>, <thing>][:5]", "<any>[:4]", "[<token>, [<token>]]", "[q for q in <any> if q is not None]"],
    "dict": [
        "{<key>: <int>, <key>: <int>}", "{q: q + 1 for q in range(<int> % 6)}", "{**<dict0>, 'k': <int>}", "dict(a=<int>, b=<int0>)", "{q: r for q, r in list(<dict0>.items())[:5]}",
        "dict(zip('abc', <list>))", "<dict0>.copy()"],
    "set": ["set(<list>)", "{<int>, <int>}", "(<set0> | <set0>)", "(<set0> & <set0>)", "(<set0> - <set0>)", "{q % 7 for q in <list>}"],
    "tuple": ["(<int>, <int>)", "(<thing>, <int>, <any0>)", "(<int>, <token>)", "<tuple0>[::-1]", "(<tuple0> + (<int0>,))[:6]", "tuple(<list>)", "(*<tuple0>, <int0>)[:5]"],
    "bytes": ["bytearray(<small>)", "<bytes0>[:6]", "bytearray(b'abcd') + <bytes0>[:4]", "bytearray(q & 255 for q in <list>)"],
    "object": ["<new>", "<object0>", "<object0>", "!(<object0> + <int>)"],
}
THINGS = ["None", "<any0>", "<any0>", "<any0>", "<token>", "<token>", "<int0>", "<new>", "<any>", "<any0>", "!<kept>[-1]", "!<kept>[<int0> % 3]", "(<kept> or [None])[0]",
          "<int>", "<float>", "<str>", "<list>", "<dict>", "<tuple>", "<object>", "!<object0>.keep", "<int> * 10 ** 20", "<float> * 1e-160"]
METHODS = ["<object0>.step(<int>)", "<object0>.mix(<int>, k=<int>)", "<object0>.mix(<int>)", "<object0>.total", "<object0>.total", "!<object0>(<int>)", "<class>.step(<object0>, <int>)"]

# --- simple statements: <I> <F> … is a variable that may be assigned; a second line follows after "; " ---
CUTS = ["% 1000003", "% 97", "& 0xffff", "% (1 << 61)", "% 7", "& ((1 << 63) - 1)"]
AUGMENTS = {
    "int": ["<I> += <int>", "<I> += 1", "<I> += <n:9>", "<I> -= <int>", "<I> ^= <int>", "<I> |= <int>", "<I> &= <int>", "<I> //= <n:9>", "<I> %= 101", "<I> >>= 1", "<I> *= <n:4>",
            "<I> += <object0>.a", "!<I> += <list0>[<int> % 2]"],
    "float": ["<F> += <float>", "<F> += <int>", "<F> -= <float>", "!<F> /= <float>", "<F> *= <real>", "<F> += <real>"],
    "str": ["<S> += <str>; <S!> = <S!>[-40:]"],
    "list": ["<L> += <list>; del <L!>[20:]"],
    "set": ["<Z> |= <set>", "<Z> &= <set>", "<Z> -= <set>", "<Z> ^= {1}"],
    "tuple": ["<U> += (<int>,); <U!> = <U!>[-9:]"],
}
LIST_CHANGES = ["if {0}: {0}[-1] = {1}", "if {0}: {0}[<int> % len({0})] = {1}", "if {0}: {0}[<int> % len({0})] = {1}", "if {0}: {0}.pop()", "if len({0}) > 2: {0}[1] = {0}.pop(0)",
                "if {0}: {0}.append({0}[-1])",
                "{0}.append({1})", "{0}.append({1})", "!{0}[<int> % (len({0}) or 1)] = {1}", "{0}.insert(<n:2>, {1})", "!{0}[0] = {1}", "{0}[-1:] = [{1}]", "!del {0}[0]", "!del {0}[-1]",
                "del {0}[1:3]", "!{0}.pop()", "!{0}.pop(0)", "{0}.extend([{1}, {1}])", "{0}.reverse()", "!{0}[<int> % 3] = {1}", "{0}.clear()", "!{0}[0], {0}[-1] = {0}[-1], {0}[0]",
                "!{0}.append({0}[0])"]
DICT_CHANGES = ["{0}[<key>] = <int>", "{0}[<key>] = <int>", "!{0}[<key>] = <token>", "!del {0}[<key>]", "{0}.pop(<key>, None)", "{0}.setdefault(<key>, <int>)", "!{0}[<key>] += 1",
                "{0}.update(a=<int>)", "{0}[<key>] = {0}.get(<key>, 0) + 1", "{0}[<int>] = <int>", "!{0}.popitem()"]
SET_CHANGES = ["{0}.add(<int> % 50)", "{0}.discard(<int> % 50)", "!{0}.remove(<int> % 9)", "{0}.add(<key>)", "!{0}.pop()"]
BYTES_CHANGES = ["!{0}[<int> % (len({0}) or 1)] = <int> & 255", "{0}.append(<int> % 256)", "!{0}[0] = <int>", "del {0}[20:]", "!{0}[<n:4>] = {0}[<n:4>]"]
KEEPS = ["{0}.append(<thing>)", "{0}[-1:] = [<thing>, <any0>]", "{0}.append([<thing>])", "{0}.append((<thing>, <any0>))", "!{0}[0] = <thing>", "{0}.append({{1: <thing>}})", "!{0}.pop()",
         "!{0}[<int> % 3] = <token>", "!{0}[0], {0}[1] = {0}[1], <thing>"]
OBJECT_CHANGES = ["{0}.a = <int>", "{0}.a += <int>", "{0}.b = <int>", "{0}.f += <float>", "{0}.f = <real>", "{0}.s = <str>", "!{0}.total = <int>", "{0}.items.append(<int>)", "{0}.keep = <thing>",
                  "{0}.keep = <token>", "{0}.keep = {0}.keep", "{0}.a, {0}.b = {0}.b, {0}.a", "!{0}[<int>] = <int0>", "!{0}.extra = <int>", "setattr({0}, 'b', <int>)", "{0}.b -= 1", "!del {0}.extra",
                  "<class>.scale += 1", "<class>.scale = <int0>", "{0}.a = <float>", "del {0}.items[3:]"]
