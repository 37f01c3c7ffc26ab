/*
 * Tables: between the readers of files with rows and columns (data_csv.c,
 * data_jsonl.c, data_npy.c) and what is made of them (table.c, roles.c).
 * Images and other tensors are not here.
 */

#ifndef TRAIN_TABLE_H
#define TRAIN_TABLE_H

#include <stdio.h>

#include "data.h"


#define TRAIN_MAX_COLUMNS  65536
#define TRAIN_NO_COLUMN    SIZE_MAX


/* One value of a row as a reader found it */

typedef enum {
    TRAIN_CELL_NULL = 0,            /* not there */
    TRAIN_CELL_TEXT,
    TRAIN_CELL_NUMBER,              /* s as JSON writes it; NULL: v */
    TRAIN_CELL_BOOL                 /* s is true or false */
} train_cell_type_t;

typedef struct {
    train_cell_type_t  type;
    const char        *s;           /* not terminated */
    size_t             len;
    double             v;
} train_cell_t;

/* The row that a reader has at hand */

typedef struct {
    char              *text;        /* of its cells; no row has more than the
                                       file, which it has room for */
    size_t             used;
    size_t             room;
    train_cell_t      *cell;        /* (n) */
    size_t             n;
    size_t             n_room;
} train_fields_t;


/* What a column is for; the first ones as maas_field_kind_t */

typedef enum {
    TRAIN_ROLE_NUMBER = MAAS_FIELD_NUMBER,
    TRAIN_ROLE_BOOLEAN = MAAS_FIELD_BOOLEAN,
    TRAIN_ROLE_CATEGORY = MAAS_FIELD_CATEGORY,
    TRAIN_ROLE_TEXT = MAAS_FIELD_TEXT,
    TRAIN_ROLE_DATE = MAAS_FIELD_DATE,
    TRAIN_ROLE_IGNORE,
    TRAIN_ROLE_ID,
    TRAIN_ROLE_WEIGHT,
    TRAIN_ROLE_TARGET,
    TRAIN_ROLE_AUTO                 /* not known yet */
} train_role_t;

#define TRAIN_N_ROLES  TRAIN_ROLE_TARGET    /* that --columns knows */

extern const char *const train_role_names[TRAIN_N_ROLES];

/* Is it one of those that go into the network? */
#define train_role_is_field(role)  ((role) <= TRAIN_ROLE_DATE)

typedef struct {
    char         *name;
    train_role_t  role;
    unsigned      required;         /* no row may lack it */
    size_t        place;            /* among the fields of a model */
    char          why[96];          /* the role, for people */

    /* counted by the first pass */
    size_t         filled;          /* rows with something in them */
    size_t         numbers;
    size_t         booleans;
    size_t         blanks;          /* such as NA: no number, but no text */
    size_t         words;
    size_t         bytes;

    /* kept by the second */
    float         *number;          /* (rows) number, boolean, weight; NAN */
    uint32_t      *id;              /* (rows) the others: dict place + 1; 0 */
    train_dict_t   dict;

    /* of a column that names the rows: its texts as they are written */
    unsigned       names_rows;
    unsigned       quoted;          /* some are no numbers or words of JSON */
    uint32_t      *written;         /* (rows) place in texts + 1; 0: nothing */
    size_t         written_room;
    train_dict_t   texts;
} train_column_t;

typedef enum {
    TRAIN_TABLE_NAMES = 0,          /* the names alone are wanted */
    TRAIN_TABLE_LOOK,               /* count */
    TRAIN_TABLE_KEEP
} train_table_pass_t;

struct train_table_s {
    const char          *path;
    const train_want_t  *want;
    train_table_pass_t   pass;
    unsigned             named;     /* the file has names of its own */
    unsigned             closed;    /* no column may be added any more */
    unsigned             free_order;    /* cells have no place in a line */

    size_t           n;
    size_t           n_room;
    train_column_t  *columns;
    train_dict_t     names;         /* the same order */
    size_t           target;        /* TRAIN_NO_COLUMN: none */
    size_t           weight;
    size_t           one_hot;       /* as in want */
    size_t           hash;

    size_t               rows;
    size_t               room;      /* of the columns, for rows */
    train_origin_t       *places;    /* (rows) */
    size_t               places_room;
    size_t               skipped;   /* rows, by --on-error skip */
    train_skip_t        *skips;     /* (skipped) */
    size_t               skips_room;
};


/* data_text.c: the whole of a text file, plain, .gz or "-" (standard input),
 * without a byte order mark; *crc of it.  To be given to train_free(). */
char *train_table_slurp(const char *path, size_t *len, uint32_t *crc);

/* A file of so many bytes: zero it before. */
void train_fields_begin(train_fields_t *f, size_t len);
/* Cell i, which is there from now on; those before it, too, empty. */
train_cell_t *train_fields_cell(train_fields_t *f, size_t i);
void train_fields_free(train_fields_t *f);

/* Readers: give every row to train_table_row(), as the pass wants.  NAMES may
 * end after the names. */
void train_table_csv(train_table_t *t, const char *text, size_t len);
void train_table_jsonl(train_table_t *t, const char *text, size_t len);


/* table_read.c */

/* Nothing in it; path and want are kept until the end. */
train_table_t *train_table_begin(const char *path, const train_want_t *want);
/* Give the table to d, with targets, weights and names; dies if nothing was
 * read. */
void train_table_finish(train_table_t *t, train_data_t *d);

/* table.c */

/* A new column, or the one that has this name; *new says which. */
size_t train_table_add(train_table_t *t, const char *name, size_t len,
    int *new);
/* One row; `line` is for messages.  cells(n), n <= t->n: the others are not
 * there. */
void train_table_row(train_table_t *t, size_t line, const train_cell_t *cells,
    size_t n);
/* A row that cannot be read: ends the program, or counts it where
 * --on-error skip was given.  column from 0, TRAIN_NO_COLUMN: the row as
 * such. */
void train_table_bad(train_table_t *t, size_t line, size_t column,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* table_rows.c: the row at hand is one more of those that are kept, */
void train_table_kept(train_table_t *t, size_t line, const train_cell_t *cells,
    size_t n);
/*     or of those that are skipped */
void train_table_skipped(train_table_t *t, const char *why);
/*     with these cells: what names it is kept */
void train_table_skipped_cells(train_table_t *t, const train_cell_t *cells,
    size_t n);
void train_table_rows_free(train_table_t *t);

/* roles.c: after the first pass, what every column is for; dies if the
 * options make no sense. */
void train_table_roles(train_table_t *t);

/* roles_look.c: the same for columns that nobody has said anything of. */
void train_table_roles_look(train_table_t *t);


#endif /* TRAIN_TABLE_H */
