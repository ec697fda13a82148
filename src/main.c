/* main.c: the process's entry. */
int main(void)
{
    return 0;
}
