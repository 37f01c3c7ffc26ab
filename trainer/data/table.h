/*
 * Tables: between the readers of files with rows and columns (data_csv.c,
 * data_jsonl.c, data_npy.c) and what is made of them (table.c, roles.c).
 * Images and other tensors are not here.
 */

#ifndef TRAIN_TABLE_H
#define TRAIN_TABLE_H

#include <stdio.h>

#include "look.h"
#include "text/maas_csv_text.h"


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


/* The whole of a text file, plain, .gz or "-" (standard input),
 * as UTF-8 by train_encoding(), or as it is where it is JSON of a log, which
 * is UTF-8 for the most part; *crc of it.  To be given to train_text_free().
 * Large plain files are mapped. */

typedef struct {
    const char  *data;
    size_t       len;
    char        *owned;             /* in memory; NULL: */
    char        *map;               /* the file as it is, of `mapped` bytes */
    size_t       mapped;
    size_t       done;              /* so many of them were given back */
} train_text_t;

/* data_map.c: 0: it is no large plain file */
int train_text_map(train_text_t *t, const char *path);
/* What is before `end` is not needed soon: the memory may go. */
void train_text_done(train_text_t *t, const char *end);
void train_text_free(train_text_t *t);

/* data_text.c */
void train_text_read(train_text_t *t, const char *path, const char *encoding,
    int log, uint32_t *crc);


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
    char          why[240];         /* the role, for people */
    train_look_t  seen;             /* by the first pass */
    size_t       *times;            /* (dict.n) texts of the first pass that
                                       are not in `seen` yet; NULL: all are */
    size_t        times_room;

    /* of a part of a table, see table_part.h */
    const train_dict_t  *shared;    /* texts of the whole, of which there */
    size_t        shared_n;         /*     were so many; `dict` has others */
    size_t       *known;            /* (shared_n) times of those */
    size_t        known_room;

    /* what its texts mean: kind, and members of version 2 but for parts;
     * whatever it points to lives as long as the table or the model */
    maas_column_t  format;
    unsigned       amounts;         /* a target of numbers */
    unsigned       constant;        /* left out, all values are the same */
    unsigned       plain;           /* numbers of which there is no more to
                                       say */
    unsigned       asked;           /* the form of a date was said */
    unsigned       forced;          /* the role was */
    unsigned       unlike;          /* a text that is an id by its looks: all
                                       values differ */
    unsigned       inside;          /* stands in an object of the rows */
    unsigned       unread;          /* the value at hand counts as missing */

    /* decide.c: what the training rows say; what was before it, if not NULL */
    char          *was_why;
    train_role_t   was_role;
    size_t         was_place;       /* of a table that is decided */
    float         *was_number;      /* numbers that are categories now */
    uint32_t      *rank;            /* (dict.n) place of a value in the order
                                       of codes; NULL: by frequency */
    unsigned       ordered;         /* that order means something */
    size_t         slots;           /* of a text; 0: as usual */

    /* kept by the second */
    float         *number;          /* (rows) number, boolean, weight; NAN */
    double        *exact;           /* (rows) the same for rows of doubles */
    uint32_t      *id;              /* (rows) the others: dict place + 1; 0 */
    train_dict_t   dict;

    /* of a column that names the rows: its texts as they are written */
    unsigned       names_rows;
    unsigned       splits;          /* is kept as those are */
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
    maas_arena_t        *arena;     /* of formats */
    const char          *path;
    const train_want_t  *want;
    train_table_pass_t   pass;
    train_text_t        *text;      /* that is read, of which memory may go */
    unsigned             named;     /* the file has names of its own */
    unsigned             closed;    /* no column may be added any more */
    unsigned             beside;    /* the user may have named columns that the
                                       model has not: roles.c looks at names */
    unsigned             free_order;    /* cells have no place in a line */
    unsigned             by_row;    /* messages have rows, not lines */
    unsigned             decided;   /* by train_columns_decide() */
    maas_csv_t           body;      /* CSV: where the rows begin, */
    size_t               piece;     /* bytes to read and go back; 0: all */
    unsigned             over;      /* there are no more */
    unsigned             part;      /* of another table, see table_part.h */
    char                *stop;      /* of a part: why it goes on no more */
    size_t               rest;      /* JSON lines: bytes and lines that have */
    size_t               rest_line; /*     been read */
    size_t               width;     /*     how many fields they have, */
    size_t               target_at; /*     which is the target by its place */

    size_t           n;
    size_t           n_room;
    train_column_t  *columns;
    train_dict_t     names;         /* the same order */
    size_t           target;        /* TRAIN_NO_COLUMN: none */
    size_t           n_more;        /* more targets, all of numbers: */
    size_t          *more;          /* (n_more) */
    size_t           weight;
    size_t           split;
    unsigned         split_dates;   /* not numbers */
    size_t           one_hot;       /* as in want */
    size_t           hash;

    size_t               rows;
    size_t               before;    /* rows of earlier blocks */
    size_t               room;      /* of the columns, for rows */
    train_origin_t       *places;    /* (rows) */
    size_t               places_room;
    size_t               skipped;   /* rows, by --on-error skip */
    size_t               skipped_before;    /* in earlier blocks */
    train_skip_t        *skips;     /* (skipped) */
    size_t               skips_room;
    char                *first_bad; /* such a row of an earlier pass; why */
    size_t               untold;    /* rows without a target, left out */
    size_t               unread;    /* values, by --on-error missing */
    char                *unread_why;    /* the first of them */

    /* join.h: the target is in another file; that file's rows go to take() */
    struct train_join_s *join;
    void               (*take)(struct train_join_s *to,
                               const train_cell_t *cells, size_t n);
    struct train_join_s *to;

    /* of JSON */
    train_dict_t         objects;   /* names of those that rows were found in */
    train_dict_t         outside;   /* names beside them that nobody wants */
    size_t               repaired;  /* lines that were no UTF-8 */
};


/* A file of so many bytes: zero it before. */
void train_fields_begin(train_fields_t *f, size_t len);
/* Cell i, which is there from now on; those before it, too, empty. */
train_cell_t *train_fields_cell(train_fields_t *f, size_t i);
void train_fields_free(train_fields_t *f);

/* Readers: give every row to train_table_row(), as the pass wants.  NAMES may
 * end after the names. */
void train_table_csv(train_table_t *t, const char *text, size_t len);
void train_table_jsonl(train_table_t *t, const char *text, size_t len);
void train_table_json(train_table_t *t, const char *text, size_t len);


/* cell.c: what a cell means for its column */

/* Its text, trimmed; buf is for numbers that have none. */
void train_cell_text(const train_cell_t *cell, char buf[MAAS_CANONICAL],
    const char **s, size_t *len);
/* Number, boolean or weight -> *out, NAN where it is missing, rounded to single
 * precision unless wide; NULL, or what was expected. */
const char *train_cell_number(const train_column_t *c,
    const train_cell_t *cell, int wide, double *out);
/* The same of a date, which is kept as a text. */
const char *train_cell_date(const train_column_t *c,
    const train_cell_t *cell);
/* The text that is kept of it, the same for all that are the same value; len
 * 0: missing. */
void train_cell_keep(const train_column_t *c, const train_cell_t *cell,
    char buf[MAAS_CANONICAL], const char **s, size_t *len);


/* table_begin.c */

typedef void (*train_reader_pt)(train_table_t *t, const char *text, size_t len);

/* By the first bytes of the text; nested: see train_json_is(). */
train_reader_pt train_table_reader(const char *text, size_t len, int nested);
/* Nothing in it; path and want are kept until the end. */
train_table_t *train_table_begin(const char *path, const train_want_t *want);
/* A warning if rows were skipped, or values. */
void train_table_say_skipped(const train_table_t *t);

/* table_read.c */

/* Of a path: the text, and a table that knows what its columns are for; d has
 * them, too.  reader(t, ...) is then to be called until t->over. */
train_table_t *train_table_open(const char *path, const train_want_t *want,
    train_text_t *text, train_reader_pt *reader, train_data_t *d);
/* All has been read: what is to be known of it; dies if there are no rows. */
void train_table_said(const train_table_t *t);
/* Give the rows to d: targets and weights, and the columns of what was not
 * opened so. */
void train_table_finish(train_table_t *t, train_data_t *d);

/* table_fields.c: columns, fields, reader and their number in d, by roles and
 * places of its table; again, if they have changed. */
void train_table_fields(train_data_t *d);

/* table.c */

/* Room for n rows more; `line` is for messages. */
void train_table_room(train_table_t *t, size_t line, size_t n);
/* A new column, or the one that has this name; *new says which. */
size_t train_table_add(train_table_t *t, const char *name, size_t len,
    int *new);
/* One row; `line` is for messages.  cells(n), n <= t->n: the others are not
 * there. */
void train_table_row(train_table_t *t, size_t line, const train_cell_t *cells,
    size_t n);
/* Where the label of t->join stands among the columns, and the key, if it has
 * been seen. */
void train_table_joined(train_table_t *t);
/* A row that cannot be read: ends the program, or counts it where
 * --on-error skip was given.  column from 0, TRAIN_NO_COLUMN: the row as
 * such. */
void train_table_bad(train_table_t *t, size_t line, size_t column,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* table_look.c: a cell of column c in the first pass; */
void train_table_look(const train_table_t *t, train_column_t *c,
    const train_cell_t *cell);
/*     what a part saw of it, after what c has; the part knew the first `shared`
 *     texts of c; */
void train_table_look_part(const train_table_t *t, train_column_t *c,
    const train_column_t *p, size_t shared);
/*     after the pass: all that was in the columns is in what was seen. */
void train_table_looked(train_table_t *t);

/* table_rows.c: the row at hand is one more of those that are kept, */
void train_table_kept(train_table_t *t, size_t line, const train_cell_t *cells,
    size_t n);
/*     or of those that are skipped */
void train_table_skipped(train_table_t *t, const char *why);
/*     with these cells: what names it is kept */
void train_table_skipped_cells(train_table_t *t, const train_cell_t *cells,
    size_t n);
/*     and those of an earlier block are known no more, targets aside */
void train_table_forget(train_table_t *t);
void train_table_rows_free(train_table_t *t);

/* rows.c: a column's value in a row, or that it is missing, as f reads it, in
 * the slots that are its own of the row x(in) */
void train_rows_field(const maas_fields_t *f, const train_column_t *c,
    size_t row, float *x);

/* roles.c: after the first pass, what every column is for; dies if the
 * options make no sense. */
void train_table_roles(train_table_t *t);

/* roles_find.c: the role of column i, and why, for people. */
void train_role_set(train_table_t *t, size_t i, train_role_t role,
    const char *why);
/* A column by its name, or by its number from 1; dies with a sentence about
 * --option if there is none. */
size_t train_roles_must_find(const train_table_t *t, const char *option,
    const char *s, size_t len);
/* The target, the columns that count rows and those that name them, by what
 * the user says or what the training had. */
void train_roles_target(train_table_t *t);
void train_roles_weight(train_table_t *t);
void train_roles_ids(train_table_t *t);

/* roles_model.c: the same for all columns of a file that is read for a model;
 * dies if they are not those that it expects. */
void train_roles_model(train_table_t *t, const maas_info_t *m);

/* roles_format.c: what the texts of a column mean, when its role is known. */
void train_roles_format(train_table_t *t, train_column_t *c);

/* split_keys.c: how the times of a split are read, when roles are known; and
 * after the second pass d->split_by, which dies if they are none. */
void train_split_look(train_table_t *t);
void train_split_keys(const train_table_t *t, train_data_t *d);

/* roles_look.c: the same for columns that nobody has said anything of, and how
 * numbers of all of them are written. */
void train_table_roles_look(train_table_t *t);

/* How many texts of the column are numbers; *n: texts that mean something. */
size_t train_numbers(const train_table_t *t, const train_column_t *c,
    size_t *n);

/* roles_target.c: the same for the target; ends the program if its texts are
 * numbers for the most part and others. */
void train_target_look(train_table_t *t, train_column_t *c);
/* As in training, when more is read for the same model. */
void train_target_like(train_table_t *t);

/* roles_number.c */

/* How many texts of the column are numbers, as most of them are written. */
size_t train_number_way(const train_table_t *t, const train_column_t *c,
    train_way_t *way);
/* c->format by it, once it is known that they are numbers: ends the program
 * where two readings are left, warns where neighbours have decided. */
void train_number_decide(train_table_t *t, train_column_t *c);
/* Texts with a unit of money, of whatever kind; 0 if other units are there. */
size_t train_money(const train_column_t *c);

/* roles_date.c */

/* Are they dates?  Then *form says which. */
int train_is_date(const train_table_t *t, const train_column_t *c,
    maas_date_form_t *form);
/* c->format by it, for a column that is one; likewise. */
void train_date_decide(const train_table_t *t, train_column_t *c);
/* "from 2024-01-02 to 2024-12-31" and the form, for people. */
void train_date_print(const train_column_t *c, char *out, size_t size);

/* prepare_date.c: missing_slot and parts of c, by the rows that row(n) names;
 * raw: as numbers, else as cycles.  part stays c's. */
void train_prepare_date(maas_column_t *c, const train_column_t *t,
    const uint32_t *row, size_t n, int raw, maas_part_t part[MAAS_N_PARTS]);

/* roles_values.c: when two texts of a category are the same value, and which
 * texts are missing */

void train_values_decide(train_table_t *t, train_column_t *c);
/* Texts that mean missing in it: those of --na-values; marks: what was seen
 * where a number would be. */
void train_blanks_decide(train_table_t *t, train_column_t *c, int marks);


#endif /* TRAIN_TABLE_H */
