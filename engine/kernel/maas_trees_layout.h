/*
 * An ensemble as vectors take it: bytes for the values of a row, pieces of
 * trees in lanes.  Plain C, the same for all instruction sets; why so, with
 * figures, is in docs/adr/0008-trees.md.
 * Not here: instructions (maas_trees_avx2.c, maas_trees_avx512.c).
 */

#ifndef MAAS_TREES_LAYOUT_H
#define MAAS_TREES_LAYOUT_H

#include "maas_trees.h"


#define MAAS_TREES_SLOTS    7      /* nodes of a piece, in order */
#define MAAS_TREES_STEP     16     /* thresholds that are compared at once */
#define MAAS_TREES_PART     255    /* thresholds that a byte can tell */
#define MAAS_TREES_BUCKETS  128    /* most of a feature, each has a line: */
#define MAAS_TREES_LINE     15     /* thresholds of one */
#define MAAS_TREES_COLUMNS  256
#define MAAS_TREES_FLAT     63     /* thresholds of a flat feature, at most */
#define MAAS_TREES_LANES    16     /* flat features in a vector, at most */
#define MAAS_TREES_NONE     UINT32_MAX
#define MAAS_TREES_NEW_ID   255    /* no exit's, and a tree's at first */
#define MAAS_TREES_NO_ID    254    /* nobody's */
#define MAAS_TREES_ROWS     4      /* that run together */
#define MAAS_TREES_BATCH    16     /* that are ranked together */
#define MAAS_TREES_KINDS    5      /* of what NaN and zeros are to a node */
#define MAAS_TREES_LEVELS   4      /* least of a list: 15 thresholds */
#define MAAS_TREES_LEVELS_MAX  8

/* What a set column knows of values beside its codes: rows of decisions */

#define MAAS_TREES_NO_VALUE   0    /* NaN */
#define MAAS_TREES_ZERO_UP    1    /* 0 <= x <= MAAS_TREE_TINY */
#define MAAS_TREES_ZERO_DOWN  2    /* -MAAS_TREE_TINY <= x < 0 */
#define MAAS_TREES_OTHER      3
#define MAAS_TREES_CODE       4    /* and those behind it */


/*
 * A packed ensemble begins with a maas_trees_head_t.  What is called _at is
 * where something begins, in bytes from there, on MAAS_ALIGN.
 *
 * Ranks.  A feature is a number of the row that nodes compare: small, middle,
 * large and flat ones, in this order.  rank(x) = thresholds of the feature
 * below x; NaN has 0.  They are in `table`, chunks of 16 numbers of the type of
 * x, filled up with infinity:
 *   a small feature has at most 15: one chunk, fine[i];
 *   a middle one has at most 255: coarse chunk coarse_chunk + its place among
 *     the middle ones; j = numbers of that below x; rank = 16 j + numbers of
 *     chunk fine[i] + j below x;
 *   the first `near` of those are quicker: bucket = x scale + shift, in
 *     floats, bounded by 0 and `last`, whole.  It has a line, 64 bytes from
 *     near_at + first + 64 bucket on: 15 floats and, as the lowest bytes of a
 *     NaN, the rank of the first one; r = that + numbers of it below x; where x
 *     is wide, all that is done with (float) x, and rank = r, + 1 if number r
 *     of its fine list is below.  scale, shift, last and first are those of
 *     near_span values from near_row on, 16 at a time, the last 16 of them if
 *     fewer are left; near_apart: the values of features, one after the other.
 *     If there are more than features, value i is that of the near feature
 *     to[i], or nobody's, whose column is behind all.  The rank of a line's
 *     first number is also byte near_begin + near_most lane + bucket, for a row
 *     of floats with AVX-512: lane from[i] of the vectors of 16 is that of near
 *     feature i, and near_table[lane] is where its bytes begin in their table,
 *     128 bytes in two registers;
 *   a large one, place l among the large ones: b = numbers below x in the
 *     top_chunks[l] chunks from top[l] on; c = 16 b + numbers of chunk
 *     coarse[l] + b below x; rank = 16 c + those of chunk fine[i] + c below x;
 *   the first `far` of those have lines as well: scale to first of their
 *     values, one after the other, are from far_line_at on.
 *
 *   flat ones side by side, flat_lanes in each of flat_vectors: values from
 *     `row` on give the columns from `column` on; flat_apart: `row` is no place
 *     of the row, but among the flat features.  A vector has `thresholds` of
 *     each lane, an even number, the first ones of all lanes together, behind
 *     those of the vector before.  Where x is a float the rank is the number of
 *     those below it, and they are filled up with infinity.  Where it is wide
 *     they are keys: bits of a float, flipped so that they rise with it as
 *     whole numbers, of which flat_low are k for threshold k, from 1 on, or 0
 *     at all.  k of the highest one that is not above the key of x with
 *     flat_low set is the rank; if both are the same without flat_low, less
 *     those of its fine list, from the last one on, that are not below x.
 *
 * Columns, a byte each.  Feature i that is not large has column own[i]: that of
 * a flat one, or of one between them, is its place in the row less flat_row,
 * or, flat_apart, flat ones are the first; others are behind flat_columns.
 * What lanes give that are no feature's is written before those.  Behind these
 * `direct` ones are `copies`: column direct + e is as column copy[e]; then
 * `parts`: column direct + copies + e is, of the first `maps` of them, byte
 * rank(large feature part[e]) from map_at + map[e] on, and of others that rank
 * - 255 * part_group[e], within [0, 255].  At last, where the value of the
 * column's feature (column_feature) is NaN, or |x| <= MAAS_TREE_TINY and the
 * column's bit of `zero` is set, the byte is special[column].  A node goes
 * right if its column's byte is above its k; k = 255 never does.
 *
 * Batches.  The byte of each column but copies is a rank among thresholds of
 * its own, at most 255: its list.  If `batch` is not 0 (1: all thresholds are
 * floats; 2: different ones are different floats), 16 rows may be ranked
 * together, and 8 where `least` says so.  Lists are trees of 1 << levels floats
 * from heap_at + table on: place 1 is the root, 2 i and 2 i + 1 are below i, to
 * the right if float i is below x; the leaf is (1 << levels) + rank.  First the
 * `owned` lists of columns that are no parts, then those of parts, both by
 * number of levels: by_level[part][levels - 4] of them have so many or less.
 * `value` is the place of the feature, `rank` that of the byte: column e has
 * byte from[e] of a row, where those of parts are from `behind` on.  less: of 4
 * bytes, what their leaves have beside ranks.  Where x is wide, a float is the
 * least one that is not below it (1), or the nearest one (2): then rows with a
 * float that is a threshold's are ranked one by one.
 *
 * Pieces.  A tree is cut into pieces of at most 7 nodes, 8 exits: leaves and
 * links to other pieces.  Trees that follow each other, up to `width`, are a
 * group.  A piece is in a lane, and `width` lanes are a block:
 *   for each slot 0..6: feature(width) k(width) clear(width), or, if `narrow`,
 *     feature(width) k(width) where bits 5 to 7 of feature are the first exit
 *     that is cleared, for slots 0 to 2 those of exits 0 to 2 that are;
 *   then base(width) of `id` bytes, 1 or 2; then up to MAAS_ALIGN.
 * clear: exits that are not reached if the node goes right, from the first one
 * up to the slot's.  The exit of a piece is its first one that is not cleared,
 * and base + its place is its id in the tree.
 *
 * Without `steps` trees of a group are ranked by falling number of pieces;
 * piece p of tree r of group g is in lane start[g][p] + r.  The root is piece
 * 0, parents stand before children: the id of a tree is that of piece 0, or,
 * where it is link[p], that of piece p, for rising p.  A group has links
 * together: ids(pieces - 1, width), from p = 1 on; one that is none fills up.
 *
 * Steps, for ids of one byte: those block_step[b]..block_step[b + 1] belong to
 * block b, and blocks to one group.  Ids of its trees, which are in their own
 * order, are MAAS_TREES_NEW_ID at first; a step is link(width) from(width), and
 * an id that is link becomes that of lane `from` of the block.
 *
 * Quick sums, of one output, no other operation than addition, with steps: the
 * leaves of tree i of group g are those from the group's own `leaf` +
 * place[g][i] on.
 *
 * Sets.  Nodes of sets have k = 255.  Their decisions are bits: bit (block * 7
 * + slot) * width + lane says "right", lowest bits and bytes first.  The bits
 * of a row are those of all `sets` together: what maas__trees_decisions() and
 * maas__trees_tests() give for each of them.
 *
 * Gaps.  If columns of their own for each that NaN may mean were too many, NaN
 * is the lowest rank, but for zeros that are missing, and nodes that go right
 * all the same have bits as those of sets: number i of a row that is NaN adds
 * those of row gap[i], of which row 0 has none.
 */

/* Flat features side by side */

typedef struct {
    uint32_t  row;
    uint16_t  column;
    uint16_t  thresholds;
} maas_trees_flat_t;

typedef struct {
    uint32_t  first;               /* tree */
    uint32_t  trees;
    uint32_t  pieces;              /* without steps: most of one of its trees */
    uint32_t  blocks;              /* with steps: that it and those before it
                                      are in */
    uint32_t  leaf;
    size_t    at;                  /* its links, as things are that are called
                                      _at */
} maas_trees_group_t;

/* A tree: its leaves are those from `leaf` on, by id */

typedef struct {
    uint32_t  leaf;
    uint32_t  rank;                /* the tree's, + width for each group before
                                      its own */
} maas_trees_entry_t;

/* Ranks of 16 rows together: 16 numbers of a row, and which of the values that
 * are ranked they are; a list of thresholds */

typedef struct {
    uint32_t  first;
    uint32_t  to[MAAS_TREES_STEP];
} maas_trees_span_t;

typedef struct {
    uint32_t  value;
    uint32_t  rank;                /* its place among those before copies, or
                                      among parts */
    uint32_t  table;               /* bytes from heap_at on */
} maas_trees_list_t;

typedef struct {
    uint32_t  feature;             /* in the row */
    uint32_t  floor;               /* a code is floor(x), else truncated */
    uint32_t  equal;               /* values: code c is x = value[c] */
    uint32_t  codes;
    uint32_t  zero;                /* rows ZERO_UP and ZERO_DOWN count */
    uint32_t  tests;               /* nodes that are tested one by one for a
                                      code; 0: each code has a row */
    size_t    value_at;            /* double(codes) if equal */
    size_t    code_at;             /* uint32_t(4 + codes, or 4 with tests):
                                      places among rows of bits */
    size_t    test_at;             /* maas_trees_test_t(tests) */
} maas_trees_set_t;

typedef struct {
    uint32_t  bit;                 /* of the decisions */
    uint32_t  words;               /* of its set */
    uint32_t  first;               /* of those, among all */
} maas_trees_test_t;

/* What a row's scratch has, in bytes from its begin: columns, then at bits_off,
 * exit_off (blocks + 1, width) and id_off (groups, width) those; with quick
 * sums what is added to the group's leaf, uint16_t by tree, may be there. */

typedef struct {
    unsigned   walk;               /* no pieces: maas_trees_walk.c has it all */
    unsigned   wide;               /* x and table are doubles */
    unsigned   narrow;             /* nodes have two bytes */
    unsigned   id;                 /* bytes of one: 1, 2; of a walk 4 */
    unsigned   repair;             /* NaN is not always rank 0, or ... */
    unsigned   zeros;              /* ... some columns have bits of `zero` */
    size_t     width;
    size_t     in;                 /* numbers a row */

    size_t     small, middle, large;
    size_t     feature_at;         /* uint32_t(features) */
    size_t     fine_at;            /* uint32_t(features) */
    size_t     coarse_chunk;
    size_t     top_at;             /* uint32_t(large) */
    size_t     top_chunks_at;      /* uint32_t(large) */
    size_t     coarse_at;          /* uint32_t(large) */
    size_t     table_at;

    size_t     near;
    size_t     near_row;
    size_t     near_span;
    unsigned   near_apart;
    size_t     near_line_at;       /* (near_span, up to 16) float scale(16)
                                      shift(16) last(16) uint32_t first(16) */
    size_t     near_to_at;         /* uint32_t(near_span) */
    size_t     near_most;          /* buckets of one, 8 at least */
    size_t     near_bits;          /* bytes of the lanes that a table is of */
    size_t     near_table_at;      /* uint32_t(16) */
    size_t     near_begin_at;      /* (near_span, up to 16) (near_most) bytes */
    size_t     near_from_at;       /* (near, up to 32) bytes */
    size_t     near_at;
    size_t     far;
    size_t     far_line_at;        /* (far, up to 16) as at near_line_at */

    size_t     flat;
    unsigned   flat_apart;
    uint32_t   flat_low;           /* 2^n - 1 */
    size_t     flat_row;
    size_t     flat_columns;
    size_t     flat_lanes;
    size_t     flat_vectors;
    size_t     flat_at;            /* maas_trees_flat_t(flat_vectors) */
    size_t     flat_table_at;      /* of each float(thresholds, flat_lanes) or
                                      uint32_t */

    size_t     columns;
    size_t     direct, copies, parts;
    uint8_t    own[MAAS_TREES_COLUMNS];        /* by feature */
    uint8_t    copy[MAAS_TREES_COLUMNS];
    uint8_t    part[MAAS_TREES_COLUMNS];
    uint16_t   part_group[MAAS_TREES_COLUMNS];
    size_t     maps;
    size_t     map_at;
    uint32_t   map[MAAS_TREES_COLUMNS];
    uint8_t    column_feature[MAAS_TREES_COLUMNS];
    uint8_t    special[MAAS_TREES_COLUMNS];
    uint64_t   zero[MAAS_TREES_COLUMNS / 64];

    unsigned   batch;              /* 16 rows, or 8, are: 1; 2: floats may be
                                      alike */
    size_t     least;              /* rows that it pays for: 8 or 16 */
    size_t     lists;              /* of columns that are not copies: */
    size_t     owned;              /* of features, but large ones */
    size_t     behind;             /* owned, up to a multiple of 16 */
    uint8_t    from[MAAS_TREES_COLUMNS + 64];
    size_t     spans;
    size_t     span_at;            /* maas_trees_span_t(spans) */
    size_t     list_at;            /* maas_trees_list_t(lists) */
    size_t     less_at;            /* uint32_t by 4 ranks */
    size_t     heap_at;
    uint32_t   by_level[2][MAAS_TREES_LEVELS_MAX - MAAS_TREES_LEVELS + 1];

    size_t     trees;
    size_t     blocks;
    size_t     block;              /* bytes */
    size_t     block_at;
    size_t     groups;
    size_t     starts;             /* most pieces of a tree */
    size_t     start_at;           /* uint32_t(groups, starts) */
    size_t     steps;              /* 0: links */
    size_t     block_step_at;      /* uint32_t(blocks + 1) */
    size_t     step_at;
    size_t     group_at;           /* maas_trees_group_t(groups) */
    unsigned   quick;              /* sums are: */
    size_t     place_at;           /* uint16_t(groups, width) */

    unsigned   bits;               /* sets or gaps have: */
    size_t     gaps;
    size_t     gap_at;             /* uint32_t(in) */
    size_t     gap_row_at;         /* (1 + gaps, row) bytes */

    size_t     sets;
    size_t     set_at;             /* maas_trees_set_t(sets) */
    size_t     row_at;             /* rows of bits */
    size_t     row;                /* bytes of one, a multiple of 64 */
    unsigned   tests;              /* some sets have: */
    size_t     word_at;            /* uint32_t() of maas_trees_t */

    /* a walk: maas_trees_walk.c */
    size_t     node_at;
    size_t     root_at;            /* uint32_t(trees) */
    size_t     depth_at;           /* uint32_t(groups of trees) */
    size_t     leaf_at;            /* uint32_t(nodes of it): leaves of trees */
    unsigned   special_nodes;
    size_t     operand_at;         /* double(nodes of it) */
    size_t     flags_at;           /* uint8_t(nodes of it) */
    size_t     offset_at;          /* sets of maas_trees_t */

    /* sums: maas_trees_sums.c */
    size_t     out;
    unsigned   wide_sum;           /* F64 */
    unsigned   vector;
    size_t     terms;              /* not 0: leaves are linear */
    unsigned   base_last;
    unsigned   tiny;
    maas_combine_t combine;
    size_t     entry_at;           /* maas_trees_entry_t(trees), by output */
    size_t     first_at;           /* uint32_t(out + 1) entries of outputs */
    size_t     base_at;            /* (out) */
    size_t     value_at;           /* by leaf + id; indexed: by leaf */
    unsigned   indexed;            /* vector or linear: */
    size_t     index_at;           /* uint32_t() by leaf + id: leaves */
    size_t     term_at;            /* as in maas_trees_t */
    size_t     term_feature_at;
    size_t     coefficient_at;
    size_t     constant_at;

    size_t     bits_off;
    size_t     exit_off;
    size_t     id_off;
    size_t     scratch;
    size_t     size;               /* of all */
} maas_trees_head_t;

/* Something behind the head, as in
 * MAAS_TREES_AT(h, feature_at, uint32_t)[i] */

#define MAAS_TREES_AT(h, member, type)                                        \
    ((const type *) ((const char *) (h) + (h)->member))


/* Between layout and pack, in the arena */

typedef struct {
    uint32_t        feature;       /* in the row */
    uint32_t        n;             /* thresholds */
    const double   *threshold;     /* (n) distinct, rising, exact in the type of
                                      x */
    const uint16_t *before;        /* (n + 1, kinds) those of each kind, or
                                      NULL: kinds are not told apart */
} maas_trees_ranked_t;

typedef struct {
    uint32_t        tree;
    uint32_t        nodes;
    uint32_t        base;          /* id of its first exit */
    uint32_t        link;          /* id of the exit that leads here */
    uint32_t        node[MAAS_TREES_SLOTS];    /* of all, in order */
    uint8_t         first[MAAS_TREES_SLOTS];   /* exit that is cleared */
} maas_trees_piece_t;

typedef struct {
    uint32_t        feature;       /* in the row */
    uint32_t        floor;
    uint32_t        equal;
    uint32_t        zero;
    size_t          codes;
    double         *value;         /* (codes) if equal */
    size_t          nodes;
    uint32_t       *node;          /* (nodes) of all */
    unsigned        by_test;
    size_t          rows;          /* different ones */
    uint32_t       *row;           /* (4 + codes) or (4): places among rows */
    uint32_t       *code;          /* (rows) the first that has it */
} maas_trees_codes_t;

typedef struct {
    maas_trees_head_t     head;

    maas_trees_ranked_t  *ranked;  /* (features) */
    maas_trees_flat_t    *flat;    /* (head.flat_vectors) */
    uint16_t             *column;  /* (nodes) of numbers */
    uint8_t              *k;       /* (nodes) */
    uint32_t              cell[MAAS_TREES_COLUMNS];  /* (parts) */

    size_t                pieces;
    maas_trees_piece_t   *piece;   /* by tree, parents first */
    uint32_t             *piece_first;     /* (trees + 1) */
    uint32_t             *exit_first;      /* (trees + 1) */
    uint32_t             *exit_leaf;       /* leaf of all, or NONE */
    uint32_t             *tree;    /* (groups, width) by rank, or NONE */
    uint32_t             *rank;    /* (trees) places there */
    uint32_t             *start;   /* (groups, head.starts) */
    maas_trees_group_t   *group;   /* (head.groups) */
    uint32_t             *lane;    /* with steps: (pieces), */
    uint32_t             *step;    /*     (pieces) theirs, from 1 on, */
    uint32_t             *block_step;      /* (blocks + 1) */

    maas_trees_codes_t   *codes;   /* (head.sets) */
    uint32_t             *bit;     /* (nodes) of decisions */
} maas_trees_layout_t;


/* The next place for an array, on MAAS_ALIGN; *at goes on behind it. */

static inline size_t
maas__trees_place(size_t *at, size_t n, size_t size)
{
    size_t  place;

    place = *at;
    *at += (n * size + 63) / 64 * 64;

    return place;
}


/* maas_trees_layout.c */

/* An ensemble cut for blocks of `width` lanes; packed: narrow where columns
 * allow it, with steps where ids do.  NULL: no memory. */
maas_trees_layout_t *maas__trees_layout(const maas_trees_t *t, maas_arena_t *a,
    size_t width, unsigned packed);

/* to(head.size) zeroed. */
void maas__trees_pack(const maas_trees_t *t, const maas_trees_layout_t *l,
    void *to);

/* maas_trees_ranks.c: ranked, column and k; what head says of columns, or that
 * it must be a walk.  0, or -1: no memory. */
int maas__trees_ranks(maas_trees_layout_t *l, const maas_trees_t *t,
    maas_arena_t *a);
/* The largest number of the type of x for which "x <= threshold of node n" is
 * true, with t->tiny. */
double maas__trees_bound(const maas_trees_t *t, size_t n);
/* Tables and lists, from *at on; to: NULL at first, they only take places. */
void maas__trees_ranks_pack(maas_trees_layout_t *l, size_t *at, void *to);

/* maas_trees_near.c: small and middle features that lines can rank become the
 * first of the middle ones.  0, or -1: no memory.  Then as
 * maas__trees_ranks_pack(). */
int maas__trees_near(maas_trees_layout_t *l, maas_arena_t *a);
void maas__trees_near_pack(maas_trees_layout_t *l, size_t *at, void *to);

/* maas_trees_batch.c: may 16 rows be ranked together?  Then as
 * maas__trees_ranks_pack(). */
void maas__trees_batch(maas_trees_layout_t *l);
void maas__trees_batch_pack(maas_trees_layout_t *l, size_t *at, void *to);

/* maas_trees_flat.c: small and middle features that are better ranked side by
 * side become the last ones of all, and get vectors.  0, or -1: no memory.
 * Then as maas__trees_ranks_pack(). */
int maas__trees_flat(maas_trees_layout_t *l, maas_arena_t *a);
void maas__trees_flat_pack(maas_trees_layout_t *l, size_t *at, void *to);

/* maas_trees_pieces.c: pieces and exits.  0, or -1: no memory. */
int maas__trees_pieces(maas_trees_layout_t *l, const maas_trees_t *t,
    maas_arena_t *a);

/* maas_trees_steps.c: groups, lanes, blocks and steps.  0, or -1: no memory.
 * Then all that there is of steps. */
int maas__trees_steps(maas_trees_layout_t *l, maas_arena_t *a);
void maas__trees_steps_pack(const maas_trees_layout_t *l, void *to);

/* maas_trees_sets.c: which codes there are; their rows, when places of bits are
 * known.  0, or -1: no memory. */
int maas__trees_codes(maas_trees_layout_t *l, const maas_trees_t *t,
    maas_arena_t *a);
int maas__trees_codes_rows(maas_trees_layout_t *l, const maas_trees_t *t,
    maas_arena_t *a);
/* As maas__trees_ranks_pack(). */
void maas__trees_codes_pack(maas_trees_layout_t *l, const maas_trees_t *t,
    size_t *at, void *to);

/* Decisions of the nodes of a set for a row x, h->row bytes, to be or-ed to
 * those of the others.  NULL: maas__trees_tests() has to find them, for *code,
 * and sets bits. */
const uint64_t *maas__trees_decisions(const maas_trees_head_t *h, size_t set,
    const void *x, size_t *code);
void maas__trees_tests(const maas_trees_head_t *h, size_t set, size_t code,
    uint8_t *bits);

/* maas_trees_gaps.c: do those of `gaps` features fit?  What they take, as
 * maas__trees_ranks_pack(). */
int maas__trees_gaps_fit(const maas_trees_head_t *h);
void maas__trees_gaps_pack(maas_trees_layout_t *l, const maas_trees_t *t,
    size_t *at, void *to);

/* maas_trees_sums.c: what they take, as maas__trees_ranks_pack(). */
void maas__trees_sums_pack(maas_trees_layout_t *l, const maas_trees_t *t,
    size_t *at, void *to);

/* Leaves of 1 to MAAS_TREES_ROWS rows -> s(rows,out).  id: of the first row,
 * of h->id bytes, by rank of tree, `next` bytes from row to row. */
void maas__trees_sums(const maas_trees_head_t *h, const void *id, size_t next,
    const void *x, size_t ldx, size_t rows, void *s);

/* maas_trees_walk.c: what no pieces can do, or not so fast.  As above, for
 * head.walk.  NULL: no memory. */
maas_trees_layout_t *maas__trees_walk_layout(const maas_trees_t *t,
    maas_arena_t *a);
void maas__trees_walk_pack(const maas_trees_t *t,
    const maas_trees_layout_t *l, void *to);
void maas__trees_walk_run(const maas_trees_head_t *h, const void *x,
    size_t ldx, size_t rows, void *s, void *scratch);


#endif /* MAAS_TREES_LAYOUT_H */
