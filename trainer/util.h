/*
 * What every file of the trainer stands on: limits, memory, sentences, files
 * that are whole, and lines of JSON.
 * Nothing of data, networks or training.
 */

#ifndef TRAIN_UTIL_H
#define TRAIN_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "maas.h"
#include "text/maas_json_write.h"


#define TRAIN_TOOL      "maas-trainer " MAAS_VERSION

#define TRAIN_WHY          320  /* bytes of a reason, with its end */

#define TRAIN_EXIT_OK      0
#define TRAIN_EXIT_FAILED  1
#define TRAIN_EXIT_USAGE   2

#define TRAIN_PAD       16     /* columns of padded matrices: one zmm */
#define TRAIN_LISTS     4      /* lists of a batch that are walked together */
#define TRAIN_MAX_NET   64     /* layers that --hidden may ask for */

/* Before a function of plain loops: the compiler makes vectors of them, for
 * every CPU, and none changes a bit */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)                      \
    && !defined(__SANITIZE_THREAD__)
#define TRAIN_VECTORS                                                         \
    __attribute__((optimize("O3"), target_clones("avx512f", "avx2", "default")))
#else
#define TRAIN_VECTORS
#endif

#define train_pad(n)    (((n) + TRAIN_PAD - 1) / TRAIN_PAD * TRAIN_PAD)
#define train_nelts(a)  (sizeof(a) / sizeof((a)[0]))


/* util.c: memory that is there, and ends with one sentence */

/* Print "maas-trainer: sentence" to stderr and exit with 1. */
void train_die(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* The same with 2, and a hint at --help. */
void train_usage(const char *cmd, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* Print the same to stderr, and go on. */
void train_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The sentence to why[TRAIN_WHY], cut if it is longer; -1. */
int train_refuse(char *why, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Never NULL; zeroed, aligned to MAAS_ALIGN; to be given to train_free(). */
void *train_alloc(size_t n, size_t size);
/* *(T **) p has *room elements: from now on n at least, twice as many if not;
 * new bytes are not zeroed.  NULL and 0 to begin with. */
void train_room(void *p, size_t *room, size_t n, size_t size);
char *train_strdup(const char *s);
/* A formatted string of its own. */
char *train_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void train_free(void *p);

/* Denormals are zero in this thread from now on: they would cost threefold.
 * Returns what train_restore_denormals() wants. */
unsigned train_flush_denormals(void);
void train_restore_denormals(unsigned before);

/* Seconds of a clock that only goes forward. */
double train_now(void);

/* Strict number: all of s (blanks around it allowed), finite, decimal.
 * Returns 0 if it is none. */
int train_number(const char *s, double *out);

typedef struct {
    double  key;
    size_t  at;
} train_rank_t;

/* Sorts: falling keys, of one key by rising at. */
void train_rank(train_rank_t *r, size_t n);
/* For qsort() and bsearch(), rising; of numbers, none of them NaN. */
int train_by_float(const void *one, const void *two);
int train_by_double(const void *one, const void *two);

/* The whole of a file in memory; dies if it cannot be read, or if it is a pipe
 * or a device and has no end. */
void *train_slurp(const char *path, size_t *size);


/* escape.c: what would do something to a terminal, as \u001b */

#define TRAIN_ESCAPED  6            /* bytes, at most, that come of one */

/* The character at s and its bytes; one byte that is no UTF-8: -1. */
long train_char(const char *s, size_t *n);
/* May it go to a terminal as it is? */
int train_is_plain(long c);
/* s to to[], which has TRAIN_ESCAPED times the room and one; lines: ends of
 * lines, tabs and bytes that are no UTF-8 stay, so that JSON is the same. */
void train_escape(char *to, const char *s, int lines);

/* shown.c: texts of foreign files, for people */

/* The same, to be given to train_free(). */
char *train_escaped(const char *s, int lines);
/* How many bytes of s(len) to show: `most` at most, and whole characters. */
size_t train_cut(const char *s, size_t len, size_t most);
/* s, or s escaped; valid until the eighth call from here.  Of one thread. */
const char *train_shown(const char *s);
/* s, shown, in a column of so many characters: cut, and padded on the left;
 * width < 0: on the right. */
void train_put_cell(FILE *f, const char *s, int width);


/* save.c: files that are there as a whole or not at all.  A link stays, and the
 * file that it leads to is replaced by one of its mode and owner.  What is no
 * regular file (a pipe, a device, an open descriptor) is written to. */

typedef struct {
    const char  *path;              /* as the user gave it */
    char        *target;
    char        *temp;              /* NULL: is written to as it is */
    FILE        *f;
} train_out_t;

/* -1 with errno if it cannot be written to; path is kept. */
int train_out_open(train_out_t *o, const char *path);
/* Synced, renamed, folder synced; -1 with errno: train_out_drop() follows. */
int train_out_close(train_out_t *o);
/* Leaves nothing behind; errno stays.  May be called for one of zeros. */
void train_out_drop(train_out_t *o);

/* All of it at once; dies on failure. */
void train_save(const char *path, const void *image, size_t size);

/* save_path.c: where outputs may be; NULL is nothing */

/* The path behind all links, to be given to train_free(); *fd: the descriptor
 * that a name such as /dev/stdout stands for, else -1. */
char *train_save_target(const char *path, int *fd);
/* Dies now if nothing could be written there after hours of training.  If it
 * is standard output, text goes to standard error from now on. */
void train_save_check(const char *path);
/* Dies if what is to be written is what is to be read: a file, or two with a
 * comma between them. */
void train_save_apart(const char *path, const char *input);
/* Dies if two of path(n) are one file. */
void train_save_once(const char *const *path, size_t n);


/* json.c: one object on a line of a stream; what the stream makes of a failure
 * is the caller's matter */

void train_json_begin(maas_writer_t *w, FILE *f);
void train_json_end(maas_writer_t *w);

/* One object as text, which is there once done and is to be given to
 * train_free(); text and size stay until then. */
void train_json_memory(maas_writer_t *w, char **text, size_t *size);
void train_json_done(maas_writer_t *w);

/* Members; in a list without a name (NULL).  kind: '{' or '[', to be closed. */
void train_json_open(maas_writer_t *w, const char *name, char kind);
void train_json_text(maas_writer_t *w, const char *name, const char *s);
void train_json_flag(maas_writer_t *w, const char *name, int v);
/* Reads back to the same number; null if it is not finite. */
void train_json_number(maas_writer_t *w, const char *name, double v);
/* The shortest text of a float; lists of floats, of n texts s. */
void train_json_float(maas_writer_t *w, const char *name, float v);
void train_json_floats(maas_writer_t *w, const char *name, const float *v,
    size_t n);
void train_json_texts(maas_writer_t *w, const char *name, const void *s,
    size_t n);

#endif /* TRAIN_UTIL_H */
