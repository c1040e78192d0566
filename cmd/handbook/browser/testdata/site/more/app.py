import sys

# region greet
def greet(name):
    print(f"Hello, {name}!")
# endregion

greet(sys.argv[1])
