/*
 * What importers share: memory, layers, notes.
 * Not here: which importers there are (import.c).
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "import.h"


#define IMPORT_NOTE   512
#define IMPORT_NOTES  256


void *
train_import_alloc(train_import_t *m, size_t n, size_t size)
{
    return maas__arena_alloc(m->arena, n == 0 ? 1 : n, size);
}


char *
train_import_text(train_import_t *m, const char *s, size_t len)
{
    return maas__arena_strndup(m->arena, s, len);
}


maas_status_t
train_import_note(train_import_t *m, const char *fmt, ...)
{
    char      note[IMPORT_NOTE];
    va_list   args;

    if (m->notes == NULL) {
        m->notes = train_import_alloc(m, IMPORT_NOTES, sizeof(char *));
    }

    if (m->notes == NULL || m->n_notes == IMPORT_NOTES) {
        return m->notes == NULL ? MAAS_NOMEM : MAAS_OK;
    }

    va_start(args, fmt);
    (void) vsnprintf(note, sizeof(note), fmt, args);
    va_end(args);

    m->notes[m->n_notes] = train_import_text(m, note, strlen(note));

    return m->notes[m->n_notes++] == NULL ? MAAS_NOMEM : MAAS_OK;
}


maas_node_t *
train_import_layer(train_import_t *m, const char *kind)
{
    maas_node_t  *n;

    if (m->nodes == NULL) {
        m->nodes = train_import_alloc(m, MAAS_MAX_LAYERS, sizeof(maas_node_t));
    }

    if (m->nodes == NULL || m->n_nodes == MAAS_MAX_LAYERS) {
        return NULL;
    }

    n = &m->nodes[m->n_nodes];
    maas__node_init(n, maas__op_find(kind));
    n->in[0] = (unsigned) m->n_nodes++;

    return n;
}
