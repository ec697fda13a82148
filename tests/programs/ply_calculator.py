# A calculator in the manner of ply's example: lexer, LALR tables, precedence, error recovery.
import ply.lex as lex
import ply.yacc as yacc

tokens = ("NAME", "NUMBER", "PLUS", "MINUS", "TIMES", "DIVIDE", "EQUALS", "LPAREN", "RPAREN")
t_PLUS = r"\+"
t_MINUS = r"-"
t_TIMES = r"\*"
t_DIVIDE = r"/"
t_EQUALS = r"="
t_LPAREN = r"\("
t_RPAREN = r"\)"
t_NAME = r"[a-zA-Z_][a-zA-Z0-9_]*"
t_ignore = " \t"
names = {}
precedence = (("left", "PLUS", "MINUS"), ("left", "TIMES", "DIVIDE"), ("right", "UMINUS"))


def t_NUMBER(t):
    r"\d+"
    t.value = int(t.value)
    return t


def t_newline(t):
    r"\n+"
    t.lexer.lineno += t.value.count("\n")


def t_error(t):
    print("illegal character", repr(t.value[0]))
    t.lexer.skip(1)


def p_statement_assign(p):
    "statement : NAME EQUALS expression"
    names[p[1]] = p[3]


def p_statement_expr(p):
    "statement : expression"
    print(p[1])


def p_expression_binop(p):
    """expression : expression PLUS expression
                  | expression MINUS expression
                  | expression TIMES expression
                  | expression DIVIDE expression"""
    operation = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}
    p[0] = operation[p[2]](p[1], p[3])


def p_expression_uminus(p):
    "expression : MINUS expression %prec UMINUS"
    p[0] = -p[2]


def p_expression_group(p):
    "expression : LPAREN expression RPAREN"
    p[0] = p[2]


def p_expression_number(p):
    "expression : NUMBER"
    p[0] = p[1]


def p_expression_name(p):
    "expression : NAME"
    if p[1] not in names:
        print("undefined name", p[1])
    p[0] = names.get(p[1], 0)


def p_error(p):
    print("syntax error at", p.value if p else "EOF")


lexer = lex.lex()
parser = yacc.yacc(write_tables=False, debug=False)
for line in ("1 + 2 * 3", "x = 4 * (2 - 5)", "x", "-x / 3", "y + 1", "1 +", "2 $ 3", "(1 + (2 + (3)))", "7 / 2 - 1") * 20:
    parser.parse(line)
print(names)
