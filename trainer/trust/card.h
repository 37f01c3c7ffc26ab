/*
 * Model cards: what a file says of itself, for people and for inventories.
 * Nothing is made up: what the file does not say is left out.
 */

#ifndef TRAIN_CARD_H
#define TRAIN_CARD_H

#include <cjson/cJSON.h>

#include "maas_utf8.h"
#include "trust.h"


typedef struct {
    const char         *file;           /* its name, without folders */
    char                sha256[MAAS_SHA256_HEX + 1];
    const maas_info_t  *info;
    const cJSON        *document;
    const cJSON        *training;       /* its member; or NULL */
} train_card_t;


/* card.c: what both kinds say */

/* A layer or what stands for many, such as "dense 16 relu"; and all of them:
 * to be given to train_free(). */
char *train_card_layers(const train_card_t *c);
/* Trees, a linear model, a network; NULL: none of them */
const char *train_card_family(const train_card_t *c);
/* A number or text as text, to be given to train_free(); NULL: neither. */
char *train_card_value(const cJSON *v);
/* Of the training record, what cards do not put in words: NULL is the end. */
const cJSON *train_card_rest(const train_card_t *c, const cJSON *after);
/* A text member of the record, or of its part; NULL: it is not there. */
const char *train_card_text(const train_card_t *c, const char *part,
    const char *name);

/* card_md.c, card_bom.c: Markdown, CycloneDX 1.6 as JSON; text of *size bytes,
 * to be given to train_free(). */
char *train_card_md(const train_card_t *c, size_t *size);
char *train_card_bom(const train_card_t *c, size_t *size);


#endif /* TRAIN_CARD_H */
