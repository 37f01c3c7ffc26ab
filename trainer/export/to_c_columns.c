/*
 * Values of columns -> slots of a row, as C: numbers, booleans and categories,
 * one function for all that walks a table.
 * Not here: texts, dates, and the many ways to write a number.
 */

#include <math.h>
#include <string.h>

#include "to_c.h"
#include "field/maas_field.h"


static const char  to_columns_types[] =
    "typedef struct {\n"
    "    char      kind;            /* 'n'umber, 'b'oolean, 'c'ategory */\n"
    "    char      codes;           /* one slot with the place in the list */\n"
    "    char      other;           /* a slot for values not in the list */\n"
    "    char      missing_slot;    /* the last slot: 1 if there is none */\n"
    "    char      required;\n"
    "    uint32_t  at, width;       /* slots */\n"
    "    uint32_t  first, n;        /* of a category: of its values */\n"
    "    char      compare;         /* as 't'exts, 'n'umbers, 'b'ooleans */\n"
    "    uint32_t  hash;            /* slots hashed into, 0: not hashed */\n"
    "    $         missing;         /* of a number */\n"
    "    uint32_t  blank, n_blanks; /* of a number: those that mean none */\n"
    "} @_column_t;\n\n";

static const char  to_columns_missing[] =
    "void\n"
    "@_missing($ *x, int column)\n"
    "{\n"
    "    size_t             i;\n"
    "    const @_column_t  *c = &@_column[column];\n\n"
    "    for (i = 0; i < c->width; i++) {\n"
    "        x[c->at + i] = 0;\n"
    "    }\n\n"
    "    if (c->kind != 'c' || c->codes) {\n"
    "        x[c->at] = c->missing;\n"
    "    }\n\n"
    "    if (c->missing_slot) {\n"
    "        x[c->at + c->width - 1] = 1;\n"
    "    }\n"
    "}\n\n\n"
    "void\n"
    "@_clear($ *x)\n"
    "{\n"
    "    int  i;\n\n"
    "    for (i = 0; i < @_COLUMNS; i++) {\n"
    "        @_missing(x, i);\n"
    "    }\n"
    "}\n\n\n"
    "int\n"
    "@_check(const $ *x)\n"
    "{\n"
    "    int  i;\n\n"
    "    for (i = 0; i < @_COLUMNS; i++) {\n"
    "        if (@_column[i].required && x[@_column[i].at]\n"
    "                                    != x[@_column[i].at])\n"
    "        {\n"
    "            return i;\n"
    "        }\n"
    "    }\n\n"
    "    return -1;\n"
    "}\n\n\n";

static const char  to_columns_number[] =
    "int\n"
    "@_number($ *x, int column, double v)\n"
    "{\n"
    "%"
    "    $                  n = ($) v;\n"
    "    size_t             i;\n"
    "    const @_column_t  *c = &@_column[column];\n\n"
    "    for (i = 0; i < c->n_blanks; i++) {\n"
    "        if (n == ($) @_blank[c->blank + i]) {\n"
    "            v = NAN;\n"
    "        }\n"
    "    }\n\n"
    "    if (v != v) {\n"
    "        @_missing(x, column);\n"
    "        return 0;\n"
    "    }\n\n"
    "    if (c->kind == 'c') {\n"
    "^"
    "    }\n\n"
    "    if (n - n != 0 || (c->kind == 'b' && v != 0 && v != 1)) {\n"
    "        return -1;\n"
    "    }\n\n"
    "    x[c->at] = n;\n\n"
    "    if (c->missing_slot) {\n"
    "        x[c->at + 1] = 0;\n"
    "    }\n\n"
    "    return 0;\n"
    "}\n\n\n";

static const char  to_columns_as_text[] =
    "        if (fabs(v) >= 9007199254740992.0\n"
    "            || (v != floor(v) && c->compare != 'n'))\n"
    "        {\n"
    "            return -1;\n"
    "        }\n\n"
    "        snprintf(digits, sizeof(digits), \"%.*g\",\n"
    "                 v == floor(v) ? 16 : 17, v == 0 ? 0.0 : v);\n"
    "        return @_text(x, column, digits);\n";

static const char  to_columns_hash[] =
    "/* FNV-1a, mixed */\n\n"
    "static uint32_t\n"
    "@_hash(const char *s, size_t len)\n"
    "{\n"
    "    size_t    i;\n"
    "    uint32_t  h = 2166136261u;\n\n"
    "    for (i = 0; i < len; i++) {\n"
    "        h = (h ^ (unsigned char) s[i]) * 16777619u;\n"
    "    }\n\n"
    "    h ^= h >> 16;\n"
    "    h *= 0x85ebca6bu;\n"
    "    h ^= h >> 13;\n"
    "    h *= 0xc2b2ae35u;\n"
    "    h ^= h >> 16;\n\n"
    "    return h & 0x7fffffffu;\n"
    "}\n\n\n";

static const char  to_columns_words[] =
    "/* Is s(len) the word, in any case? */\n\n"
    "static int\n"
    "@_is(const char *s, size_t len, const char *word)\n"
    "{\n"
    "    size_t  i;\n\n"
    "    for (i = 0; i < len && word[i] != '\\0'; i++) {\n"
    "        if ((s[i] >= 'A' && s[i] <= 'Z' ? s[i] - 'A' + 'a' : s[i])\n"
    "            != word[i])\n"
    "        {\n"
    "            return 0;\n"
    "        }\n"
    "    }\n\n"
    "    return i == len && word[i] == '\\0';\n"
    "}\n\n\n"
    "/* digits(401) = s(len), if it may be a decimal number */\n\n"
    "static int\n"
    "@_decimal(const char *s, size_t len, char *digits)\n"
    "{\n"
    "    if (len > 400) {\n"
    "        return 0;\n"
    "    }\n\n"
    "    memcpy(digits, s, len);\n"
    "    digits[len] = '\\0';\n\n"
    "    return strlen(digits) == len && strpbrk(digits, \"xXnN(\") == NULL;\n"
    "}\n\n\n"
    "/* The text of a number or a boolean; s is trimmed */\n\n"
    "static int\n"
    "@_plain($ *x, int column, const char *s, size_t len)\n"
    "{\n"
    "    char                      digits[401], *end;\n"
    "    size_t                    i;\n"
    "    double                    v;\n"
    "    static const char *const  none[] = {\n"
    "        \"\", \"na\", \"n/a\", \"nan\", \"null\", \"none\", \"\\?\"\n"
    "    };\n"
    "    const @_column_t         *c = &@_column[column];\n"
    "    static const char *const  word[] = {\n"
    "        \"false\", \"true\", \"no\", \"yes\", \"off\", \"on\", \"f\",\n"
    "        \"t\", \"n\", \"y\"\n"
    "    };\n\n"
    "    for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {\n"
    "        if (@_is(s, len, none[i])) {\n"
    "            return @_number(x, column, NAN);\n"
    "        }\n"
    "    }\n\n"
    "    for (i = 0; i < sizeof(word) / sizeof(word[0]); i++) {\n"
    "        if ((c->kind == 'b'\n"
    "             || (i < 2 && !c->required && isnan(c->missing)))\n"
    "            && @_is(s, len, word[i]))\n"
    "        {\n"
    "            return @_number(x, column, i & 1);\n"
    "        }\n"
    "    }\n\n"
    "    if (!@_decimal(s, len, digits)) {\n"
    "        return -1;\n"
    "    }\n\n"
    "    v = %(digits, &end);\n\n"
    "    return *end == '\\0' ? @_number(x, column, v) : -1;\n"
    "}\n\n\n";

static const char  to_columns_same[] =
    "/* Is the text s(len) the value of a category? */\n\n"
    "static int\n"
    "@_same(char compare, const char *value, const char *s, size_t len)\n"
    "{\n"
    "    char    digits[401], *end;\n"
    "    double  v;\n\n"
    "    if (strlen(value) == len && memcmp(value, s, len) == 0) {\n"
    "        return 1;\n"
    "    }\n\n"
    "    if (compare != 'n' || !@_decimal(s, len, digits)) {\n"
    "        return compare == 'b' && @_is(s, len, value);\n"
    "    }\n\n"
    "    v = strtod(digits, &end);\n\n"
    "    if (*end != '\\0' || !(fabs(v) < 9007199254740992.0)) {\n"
    "        return 0;\n"
    "    }\n\n"
    "    return strtod(value, &end) == v && *end == '\\0';\n"
    "}\n\n\n";

static const char  to_columns_text[] =
    "int\n"
    "@_text($ *x, int column, const char *s)\n"
    "{\n"
    "    size_t             i, len;\n"
    "    const @_column_t  *c = &@_column[column];\n\n"
    "    s += strspn(s, \" \\t\\n\\v\\f\\r\");\n"
    "    len = strlen(s);\n\n"
    "    while (len > 0\n"
    "           && strchr(\" \\t\\n\\v\\f\\r\", s[len - 1]) != NULL)\n"
    "    {\n"
    "        len--;\n"
    "    }\n\n"
    "    if (c->kind != 'c') {\n"
    "        return @_plain(x, column, s, len);\n"
    "    }\n\n"
    "    @_missing(x, column);\n\n"
    "    for (i = 0; len > 0 && i < c->n_blanks; i++) {\n"
    "        if (strlen(@_empty[c->blank + i]) == len\n"
    "            && memcmp(@_empty[c->blank + i], s, len) == 0)\n"
    "        {\n"
    "            return 0;\n"
    "        }\n"
    "    }\n\n"
    "    if (len == 0) {\n"
    "        return 0;\n"
    "    }\n\n"
    "    if (c->missing_slot) {\n"
    "        x[c->at + c->width - 1] = 0;\n"
    "    }\n\n"
    "    if (c->hash > 0) {\n"
    "        x[c->at + ^] = 1;\n"
    "        return 0;\n"
    "    }\n\n"
    "    for (i = 0; i < c->n; i++) {\n"
    "        if (@_same(c->compare, @_values[c->first + i], s, len)) {\n"
    "            if (c->codes) {\n"
    "                x[c->at] = ($) i;\n"
    "            } else {\n"
    "                x[c->at + i] = 1;\n"
    "            }\n"
    "            return 0;\n"
    "        }\n"
    "    }\n\n"
    "    if (c->codes && c->compare == 'n'\n"
    "        && (@_is(s, len, \"true\") || @_is(s, len, \"false\")))\n"
    "    {\n"
    "        return @_number(x, column, len == 4);\n"
    "    }\n\n"
    "    if (c->other) {\n"
    "        x[c->at + c->n] = 1;\n"
    "    }\n\n"
    "    return 0;\n"
    "}\n\n\n";


typedef struct {
    size_t    values;              /* of all categories */
    size_t    numbers;             /* blanks of numbers */
    size_t    texts;               /* and of categories */
    unsigned  category;
    unsigned  hash;
} columns_count_t;


/* Is the text a number?  Only then it can be sent as one. */

static int
to_columns_blank(const char *s, double *v)
{
    return maas__field_double(s, strlen(s), v);
}


/* The lists of all columns as one, with the row of each in the table */

static void
to_columns_row(const train_c_t *c, const maas_column_t *v, columns_count_t *n)
{
    size_t  i, blanks;
    double  number;

    blanks = 0;

    for (i = 0; v->kind == MAAS_FIELD_NUMBER && i < v->n_blanks; i++) {
        blanks += to_columns_blank(v->blanks[i], &number) != 0;
    }

    if (v->kind == MAAS_FIELD_CATEGORY) {
        blanks = v->n_blanks;
    }

    (void) fprintf(c->f, "    { '%c', %u, %u, %u, %d, %zu, %zu, %zu, %zu, "
                   "'%c', %zu, ",
                   v->kind == MAAS_FIELD_NUMBER ? 'n'
                   : v->kind == MAAS_FIELD_BOOLEAN ? 'b' : 'c', v->codes,
                   v->other, v->missing_slot,
                   v->kind != MAAS_FIELD_CATEGORY && isnan(v->missing) != 0,
                   v->at, v->width, n->values, v->n_values,
                   v->compare == MAAS_COMPARE_NUMBER ? 'n'
                   : v->compare == MAAS_COMPARE_BOOLEAN ? 'b' : 't', v->hash);
    train_c_float(c, v->kind == MAAS_FIELD_CATEGORY || isinf(v->missing)
                     ? NAN : v->missing);
    (void) fprintf(c->f, ", %zu, %zu }", v->kind == MAAS_FIELD_CATEGORY
                   ? n->texts : n->numbers, blanks);

    n->values += v->n_values;
    n->category |= v->kind == MAAS_FIELD_CATEGORY;
    n->hash |= v->hash > 0;
    *(v->kind == MAAS_FIELD_CATEGORY ? &n->texts : &n->numbers) += blanks;
}


static void
to_columns_numbers(const train_c_t *c)
{
    size_t                i, k;
    double                v;
    const maas_column_t  *col;

    train_c_code(c, "static const double @_blank[] = {\n    ");

    for (i = 0; i < c->d->n_columns; i++) {
        col = &c->d->columns[i];

        for (k = 0; col->kind == MAAS_FIELD_NUMBER && k < col->n_blanks; k++) {
            if (to_columns_blank(col->blanks[k], &v)) {
                train_c_double(c, v);
                (void) fputs(", ", c->f);
            }
        }
    }

    (void) fputs("0\n};\n\n", c->f);
}


/* Lists of texts of all categories, one behind the other */

static void
to_columns_texts(const train_c_t *c, const char *name, int blanks)
{
    size_t                i, k, n;
    const maas_column_t  *v;

    (void) fprintf(c->f, "static const char *const  %s_%s[] = {\n", c->name,
                   name);

    for (i = 0; i < c->d->n_columns; i++) {
        v = &c->d->columns[i];
        n = v->kind != MAAS_FIELD_CATEGORY ? 0
            : blanks ? v->n_blanks : v->n_values;

        for (k = 0; k < n; k++) {
            (void) fputs("    ", c->f);
            train_c_string(c, blanks ? v->blanks[k] : v->values[k]);
            (void) fputs(",\n", c->f);
        }
    }

    (void) fputs("    \"\"\n};\n\n", c->f);
}


/* Code with a piece for each % and ^ */

static void
to_columns_code(const train_c_t *c, const char *code, const char *first,
    const char *second)
{
    char         one[2] = "";
    const char  *piece;

    for ( ; *code != '\0'; code++) {
        one[0] = *code;
        piece = *code == '%' ? first : *code == '^' ? second : one;

        if (piece != one) {
            train_c_code(c, piece);
        } else {
            train_c_code(c, one);
        }
    }
}


void
train_c_columns(const train_c_t *c)
{
    size_t            i;
    columns_count_t   n = { 0 };

    (void) fprintf(c->f, "#define %s_COLUMNS  %zu\n\n", c->name,
                   c->d->n_columns);
    train_c_code(c, to_columns_types);
    train_c_code(c, "static const @_column_t  @_column[@_COLUMNS] = {\n");

    for (i = 0; i < c->d->n_columns; i++) {
        to_columns_row(c, &c->d->columns[i], &n);
        (void) fputs(i + 1 < c->d->n_columns ? ",\n" : "\n};\n\n", c->f);
    }

    to_columns_numbers(c);

    to_columns_texts(c, "values", 0);
    to_columns_texts(c, "empty", 1);

    (void) fputs("\n", c->f);
    train_c_code(c, to_columns_missing);

    if (n.hash) {
        train_c_code(c, to_columns_hash);
    }

    to_columns_code(c, to_columns_words, c->d->shape.dtype == MAAS_F64
                    ? "strtod" : "strtof", "");
    train_c_code(c, to_columns_same);
    to_columns_code(c, to_columns_text, "", n.hash
                    ? "@_hash(s, len) % c->hash" : "0");
    to_columns_code(c, to_columns_number,
                 n.category ? "    char               digits[32];\n" : "",
                 n.category ? to_columns_as_text : "        return -1;\n");
}
