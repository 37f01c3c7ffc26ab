/*
 * Files that are there as a whole or not at all.
 */

#ifndef TRAIN_SAVE_H
#define TRAIN_SAVE_H

#include <stddef.h>


/* save.c */

/* Temporary name in the same folder, synced, renamed, folder synced.  Dies on
 * failure, leaving nothing behind. */
void train_save(const char *path, const void *image, size_t size);
/* Dies now if nothing could be written there after hours of training. */
void train_save_check(const char *path);
/* Dies if what is to be written is what is to be read: a file, or two with a
 * comma between them; NULL is nothing. */
void train_save_apart(const char *path, const char *input);


#endif /* TRAIN_SAVE_H */
