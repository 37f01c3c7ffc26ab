/*
 * What the bytes of a text file stand for.
 */

#ifndef TRAIN_ENCODING_H
#define TRAIN_ENCODING_H

#include <stddef.h>


/* text[0..*len), to be given to train_free(), as UTF-8 without a byte order
 * mark, in its memory or in another that replaces it.  name: as --encoding has
 * it, NULL or "auto": by looking, and what is not UTF-8 is said on stderr.
 * Dies if the bytes are something else, such as a spreadsheet. */
char *train_encoding(const char *path, char *text, size_t *len,
    const char *name);


#endif /* TRAIN_ENCODING_H */
