/*
 * What the files of `inspect` share; only cmd_inspect.c and inspect_*.c
 * include this.
 */

#ifndef TRAIN_INSPECT_H
#define TRAIN_INSPECT_H

#include <cjson/cJSON.h>


/* inspect_training.c: the member "training" of a document, for people, on
 * stdout: a line a member, and a table of what a portfolio tried. */
void train_inspect_training(const cJSON *document);


#endif /* TRAIN_INSPECT_H */
