# The command line: every option, by what a child process prints, and by its exit code.
import os
import subprocess
import sys
import tempfile

folder = tempfile.mkdtemp()
program = os.path.join(folder, "prog.py")
with open(program, "w") as file:
    file.write("import sys\nprint('args', sys.argv[1:], __name__, sys.flags.optimize, sys.flags.dont_write_bytecode)\nassert 0, 'asserted'\n")
package = os.path.join(folder, "pack")
os.mkdir(package)
for name, text in (("__init__.py", "print('init')\n"), ("__main__.py", "import sys\nprint('main', sys.argv[0].endswith('__main__.py'))\n"),
                   ("mod.py", "print(__name__, __package__)\n")):
    with open(os.path.join(package, name), "w") as file:
        file.write(text)


def run(*args, stdin="", env=None):
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
    done = subprocess.run([sys.executable, *args], input=stdin, capture_output=True, text=True, cwd=folder, env=environment)
    print("$", " ".join(args).replace(folder, "DIR"), "->", done.returncode)
    for stream in (done.stdout, done.stderr):
        text = stream.replace(folder, "DIR").replace(sys.executable, "PYTHON").replace(" (Coachwhip 0.1.0)", "")
        if text:
            print(text.rstrip())


run("-c", "import sys; print(sys.argv)", "a", "-b")
run("prog.py", "x", "-y")
run("-O", "prog.py")
run("-OO", "-c", "def f():\n 'doc'\nprint(f.__doc__, __debug__)")
run("-m", "pack", "z")
run("-m", "pack.mod")
run("pack")
run("-", "arg", stdin="import sys\nprint('stdin', sys.argv)\n")
run(stdin="print('from stdin', __name__)\n")
run("-B", "-c", "import sys; print(sys.dont_write_bytecode)", env={"PYTHONDONTWRITEBYTECODE": ""})
run("-E", "-c", "import sys; print(sys.flags.ignore_environment, sys.flags.optimize)", env={"PYTHONOPTIMIZE": "2"})
run("-c", "import sys; print(sys.flags.optimize)", env={"PYTHONOPTIMIZE": "2"})
run("-I", "-c", "import sys; print(sys.flags.isolated, sys.flags.no_user_site, sys.flags.ignore_environment, '' in sys.path)")
run("-S", "-c", "import sys; print(sys.flags.no_site, 'site' in sys.modules)")
run("-s", "-c", "import sys; print(sys.flags.no_user_site)")
run("-P", "-c", "import sys; print(sys.flags.safe_path, '' in sys.path)")
run("-u", "-c", "import sys; print(sys.stdout.write_through, sys.stdout.line_buffering)")
run("-q", "-c", "import sys; print(sys.flags.quiet)")
run("-X", "dev", "-c", "import sys; print(sys.flags.dev_mode, sys._xoptions)")
run("-X", "a=b", "-X", "utf8", "-c", "import sys; print(sys._xoptions, sys.flags.utf8_mode)")
run("-W", "error", "-c", "import warnings; warnings.warn('w')")
run("-Wignore", "-c", "import warnings; warnings.warn('w')")
run("-W", "always::UserWarning", "-c", "import sys, warnings; print(sys.warnoptions); warnings.warn('w')")
run("-x", "-c", "print(1)")
run("-V")
run("--version")
run("-c", "import sys; sys.exit(3)")
run("-c", "import sys; sys.exit('message')")
run("-c", "raise SystemExit")
run("-c", "import os; os._exit(7)")
run("-c", "1/0")
run("-c", "def f(:")
run("nothing.py")
run("-m", "nothing_here")
run("-z")
run("-c")
run("-i", "-c", "x = 5", stdin="print(x)\n")
run("-c", "import sys; print(sys.path[0] == '', sys.orig_argv[1:2])")
run("-c", "import atexit; atexit.register(print, 'bye'); print('hello')")
run("-c", "input('> '); print('after')", stdin="line\n")
run("-c", "input()")
run("-c", "import sys; sys.stdout.write('no newline'); sys.stderr.write('err')")
run("-c", "print('\\u20ac \\U0001f40d', ascii('\\u20ac'))")
run("-c", "import sys; print(hash('a') == hash('a'), sys.flags.hash_randomization)", env={"PYTHONHASHSEED": "random"})
run("-c", "print(hash('abc'), hash(b'abc'), hash(1.5), hash((1, 'a')))", env={"PYTHONHASHSEED": "42"})
