/*
 * The proof of an imported model: the user's own rows, and what the other
 * library says of them.
 * Not here: options that others have.
 */

#ifndef TRAIN_IMPORT_CHECK_H
#define TRAIN_IMPORT_CHECK_H


typedef struct {
    char    *rows;                     /* a file, as for predict */
    char    *expected;                 /* a file, a line a row */
    int      raw;                      /* scores before the transform */
    double   tolerance;
} train_import_check_t;


/* Compare the answers of the model file `path` with what is expected, and say
 * how far they are apart.  An exit code; dies if a file cannot be read. */
int train_import_check(const train_import_check_t *a, const char *path);


#endif /* TRAIN_IMPORT_CHECK_H */
