/*
 * What the bytes of a text file stand for.
 */

#ifndef TRAIN_ENCODING_H
#define TRAIN_ENCODING_H

#include "table.h"


/* The text as UTF-8 without a byte order mark, where it is or in memory of its
 * own.  name: as --encoding has it, NULL or "auto": by looking, and what is not
 * UTF-8 is said on stderr.  Dies if the bytes are something else, such as a
 * spreadsheet. */
void train_encoding(const char *path, train_text_t *t, const char *name);


#endif /* TRAIN_ENCODING_H */
