"""N queens by backtracking over lists of booleans."""


class Board:
    def __init__(self, n):
        self.n = n
        self.columns = [False] * n
        self.up = [False] * (2 * n)
        self.down = [False] * (2 * n)
        self.solutions = 0

    def place(self, row):
        n = self.n
        if row == n:
            self.solutions += 1
            return
        columns, up, down = self.columns, self.up, self.down
        for column in range(n):
            if columns[column] or up[row + column] or down[row - column + n]:
                continue
            columns[column] = up[row + column] = down[row - column + n] = True
            self.place(row + 1)
            columns[column] = up[row + column] = down[row - column + n] = False


def run(n=11):
    total = 0
    for size in range(4, n + 1):
        board = Board(size)
        board.place(0)
        total += board.solutions
    return total


if __name__ == "__main__":
    print(run())
