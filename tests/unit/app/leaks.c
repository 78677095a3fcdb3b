/* fontconfig 2.14 loses 288 bytes when it reads its configuration, once in a process. The leak check of the sanitizers
 * is told so, or it would report this as ours; what we keep of the libraries is still looked for. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}
