/*
 * main() of an exported program: rows of text in, answers out.
 * Not here: values of several lines, which a device has no use for.
 */

#include "to_c.h"


#define MAIN_LINE   65536
#define MAIN_FIELD  32

static const char  main_field[] =
    "/* The field at s becomes a string without its quotes.  What follows is\n"
    " * returned; *more: there was a comma. */\n\n"
    "static char *\n"
    "@_field(char *s, int *more)\n"
    "{\n"
    "    int    quoted = *s == '\"';\n"
    "    char  *from = s + quoted, *to = s;\n\n"
    "    while (*from != '\\0' && (quoted || *from != ',')) {\n"
    "        if (*from == '\"' && quoted && *++from != '\"') {\n"
    "            quoted = 0;\n"
    "            continue;\n"
    "        }\n\n"
    "        *to++ = *from++;\n"
    "    }\n\n"
    "    *more = *from == ',';\n"
    "    from += *more;\n"
    "    *to = '\\0';\n\n"
    "    return from;\n"
    "}\n\n\n";

static const char  main_head[] =
    "/* Lines of values between commas, a line of answers for each; a line\n"
    " * that cannot be read is named, exit code 1 */\n\n"
    "int\n"
    "main(void)\n"
    "{\n";

static const char  main_line[] =
    "    long         n = 0;\n"
    "    char        *s, *next;\n"
    "    size_t       i;\n\n"
    "    while (fgets(line, sizeof(line), stdin) != NULL) {\n"
    "        n++;\n"
    "        line[strcspn(line, \"\\r\\n\")] = '\\0';\n"
    "        s = line;\n";

static const char  main_numbers[] =
    "\n        for (i = 0; i < sizeof(x) / sizeof(x[0]); i++) {\n"
    "            next = @_field(s, &more);\n"
    "            x[i] = MAIN_NUMBER(s, &stop);\n\n"
    "            if (*s == '\\0') {\n"
    "                x[i] = NAN;\n"
    "            }\n\n"
    "            if (*stop != '\\0' || (x[i] != x[i] && !MAIN_NAN)\n"
    "                || more != (i + 1 < sizeof(x) / sizeof(x[0])))\n"
    "            {\n"
    "                fprintf(stderr, \"line %ld, number %lu\\n\", n,\n"
    "                        (unsigned long) i + 1);\n"
    "                return 1;\n"
    "            }\n\n"
    "            s = next;\n"
    "        }\n";

static const char  main_columns[] =
    "        @_clear(x);\n\n"
    "        for (i = 0; i < @_COLUMNS; i++) {\n"
    "            next = @_field(s, &more);\n"
    "\n            if (@_text(x, (int) i, s) != 0) {\n"
    "                fprintf(stderr, \"line %ld, column %s\\n\", n,\n"
    "                        @_columns[i]);\n"
    "                return 1;\n"
    "            }\n\n"
    "            s = next;\n"
    "        }\n\n"
    "        if (@_check(x) >= 0) {\n"
    "            fprintf(stderr, \"line %ld: no %s\\n\", n,\n"
    "                    @_columns[@_check(x)]);\n"
    "            return 1;\n"
    "        }\n";

static const char  main_tail[] =
    "\n        @_predict(x, y);\n\n"
    "        for (i = 0; i < sizeof(y) / sizeof(y[0]); i++) {\n"
    "            printf(\"%s%.9g\", i ? \",\" : \"\", (double) y[i]);\n"
    "        }\n\n"
    "        printf(\"\\n\");\n"
    "    }\n\n"
    "    return 0;\n"
    "}\n";


void
train_c_main(const train_c_t *c)
{
    size_t  room;
    int     columns;

    columns = c->d->input == MAAS_INPUT_COLUMNS && !c->e->tensor;
    room = c->d->in * MAIN_FIELD > MAIN_LINE ? c->d->in * MAIN_FIELD
                                             : MAIN_LINE;

    if (!columns) {
        (void) fprintf(c->f, "#define MAIN_NUMBER  %s\n#define MAIN_NAN     %d"
                       "\n\n", c->d->shape.dtype == MAAS_F64 ? "strtod"
                                                              : "strtof",
                       c->d->nan != 0 || c->d->input == MAAS_INPUT_COLUMNS);
    }

    train_c_code(c, main_field);
    train_c_code(c, main_head);
    (void) fprintf(c->f, "    static char  line[%zu];\n"
                   "    static %s  x[%zu];\n    static float  y[%zu];\n", room,
                   c->row, c->d->in, c->d->out);

    (void) fprintf(c->f, "    int          more;\n%s",
                   columns ? "" : "    char        *stop;\n");
    (void) fputs(main_line, c->f);
    train_c_code(c, columns ? main_columns : main_numbers);
    train_c_code(c, main_tail);
}
