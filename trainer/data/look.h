/*
 * What stands in a column: the counts of the first pass over a file, and the
 * ways of writing numbers that they tell.
 * What a column is for is not decided here (roles_look.c).
 */

#ifndef TRAIN_LOOK_H
#define TRAIN_LOOK_H

#include "data.h"


/* Ways to write a number, the plainer first */

#define TRAIN_WAYS(X)                                                         \
    X(POINT,        '.', 0)                 /* 1234.5 */                      \
    X(COMMA,        ',', 0)                 /* 1234,5 */                      \
    X(POINT_COMMA,  '.', ',')               /* 1,234.5 */                     \
    X(COMMA_POINT,  ',', '.')               /* 1.234,5 */                     \
    X(POINT_BLANK,  '.', ' ')               /* 1 234.5 */                     \
    X(COMMA_BLANK,  ',', ' ')               /* 1 234,5 */                     \
    X(POINT_QUOTE,  '.', '\'')              /* 1'234.5 */                     \
    X(COMMA_QUOTE,  ',', '\'')              /* 1'234,5 */                     \
    X(POINT_LINE,   '.', '_')               /* 1_234.5 */

#define TRAIN_WAY_CONSTANT(c, decimal, thousands)  TRAIN_WAY_##c,

typedef enum {
    TRAIN_WAYS(TRAIN_WAY_CONSTANT)
    TRAIN_N_WAYS
} train_way_t;

#define train_way_bit(c)  (1u << TRAIN_WAY_##c)

typedef struct {
    char  decimal;
    char  thousands;                /* 0: none */
} train_way_signs_t;

extern const train_way_signs_t  train_way_signs[TRAIN_N_WAYS];


/* Some texts and how often each was there */

typedef struct {
    char    *text;
    size_t   n;
} train_count_t;

typedef struct {
    size_t         all;             /* counted, those that are not kept too */
    size_t         n;               /* kept: the first that came */
    size_t         room;
    train_count_t *item;
} train_counts_t;

#define TRAIN_COUNTS_KEPT  8


typedef struct {
    size_t          rows;           /* seen by the column */
    size_t          filled;         /* with something in them */
    size_t          numbers;        /* as JSON or a program writes them */
    size_t          booleans;
    size_t          words;          /* of what is no plain number */
    size_t          bytes;
    size_t          codes;          /* numbers with zeros or + in front */
    size_t          truths;         /* true and false, in any case */

    size_t          way[TRAIN_N_WAYS];  /* texts and numbers that it reads */
    size_t          either_comma;   /* such as 1,234: thousands or decimals */
    size_t          either_point;   /* such as 1.234 */
    size_t          tens;           /* those with more digits in front */
    size_t          small;          /* bare digits below 1000 */
    size_t          large;          /*     and from there on */
    size_t          brackets;       /* (5): less than nothing */
    size_t          behind;         /* 5-, as well */
    size_t          odd;            /* a point, but not plain: (5), U+2212 */
    size_t          digits;         /* others that begin with one */
    size_t          bare;           /* numbers without a unit, not zero */

    size_t          date[MAAS_N_DATE_FORMS];    /* read as such a date */
    size_t          date_either;    /* such as 1/2/2024 */
    size_t          date_points;    /*     or 1.2.2024 */

    /* all above are of size_t */

    train_counts_t  missing;        /* such as NA: no number, but no text */
    train_counts_t  marks;          /* such as -, beside numbers the same */
    train_counts_t  units;          /* such as EUR, beside a number */
    train_counts_t  others;         /* none of all these */
} train_look_t;


/* look.c */

/* A trimmed text that is no number; na: "a,b" are missing, too, or NULL */
void train_look_text(train_look_t *k, const char *s, size_t len,
    const char *na);
void train_look_number(train_look_t *k, const char *s, size_t len);
/* n times what has been counted in another, whose texts came later. */
void train_look_add(train_look_t *k, const train_look_t *other, size_t n);
void train_look_free(train_look_t *k);

/* n more of that text. */
void train_count_add(train_counts_t *c, const char *s, size_t len, size_t n);
/* "a" (3), "b" (1) and 2 more; to out[size]. */
void train_counts_print(const train_counts_t *c, char *out, size_t size);


/* look_date.c: a text that is no plain number. */
void train_look_date(train_look_t *k, const char *s, size_t len);


/* look_number.c: a number as people write it */

typedef struct {
    char         text[80];          /* signs of ASCII instead of their kin */
    unsigned     ways;              /* bits of those that read it; 0: none */
    unsigned     brackets;
    unsigned     behind;            /* the minus stands behind */
    unsigned     negative;
    const char  *digits;            /* without sign, unit and brackets */
    size_t       digits_len;
    const char  *unit;              /* in front or behind, len 0: none */
    size_t       unit_len;
} train_written_t;

/* A trimmed text; 1 if there is a number in it that some way reads. */
int train_written(const char *s, size_t len, train_written_t *w);
/* That number as programs write it, NUL-terminated. */
void train_written_plain(const train_written_t *w, train_way_t way,
    char out[96]);
/* A unit of money, or percent: such as may stand in front. */
int train_is_money(const char *s, size_t len);
/* One that can mean nothing but "no value". */
int train_is_mark(const char *s, size_t len);


#endif /* TRAIN_LOOK_H */
