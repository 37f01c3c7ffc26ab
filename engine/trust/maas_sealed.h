/*
 * The layout of encrypted files, shared by who opens and by who writes them:
 * docs/trust.md has it.
 */

#ifndef MAAS_SEALED_H
#define MAAS_SEALED_H

#include "maas_int.h"
#include "maas_trust.h"


/* Head: MAAS_SEALED_MAGIC, then version (u32, little endian), nonce, and the
 * beginning of the SHA-256 of the key.  All of it is authenticated; the
 * encrypted model follows, then the tag. */

#define MAAS_SEALED_VERSION  1
#define MAAS_SEALED_AT       8              /* version */
#define MAAS_SEALED_NONCE    12             /* at, and bytes of it */
#define MAAS_SEALED_NAME     24             /* of the key: at */
#define MAAS_SEALED_KEY      8              /*     and bytes */
#define MAAS_SEALED_HEAD     32
#define MAAS_SEALED_TAG      16

/* The head of a file but for its nonce, which is zeros */
void maas__sealed_head(const unsigned char key[MAAS_KEY],
    unsigned char head[MAAS_SEALED_HEAD]);


#endif /* MAAS_SEALED_H */
