/*
 * Fuzz target: the importer of LightGBM's text.  Whatever the bytes, there is a
 * sentence or a model that the engine takes: every row ends in a leaf of each
 * tree.
 */

#include <math.h>

#include "fuzz.h"
#include "import/import.h"
#include "op/maas_op.h"


#define ARENA  ((size_t) 1 << 26)

unsigned long  fuzz_accepted;

#define HEAD(classes, trees, last, more)                                      \
    "tree\nversion=v4\nnum_class=" classes "\nnum_tree_per_iteration=" classes \
    "\nlabel_index=0\nmax_feature_idx=" last "\n" more

#define LEAF(n, value)                                                        \
    "Tree=" n "\nnum_leaves=1\nnum_cat=0\nsplit_feature=\nsplit_gain=\n"      \
    "threshold=\ndecision_type=\nleft_child=\nright_child=\nleaf_value="      \
    value "\nleaf_weight=\nleaf_count=7\ninternal_value=\n"                   \
    "internal_weight=\ninternal_count=\nis_linear=0\nshrinkage=1\n\n\n"

#define END                                                                   \
    "end of trees\n\nfeature_importances:\na=2\n\nparameters:\n"              \
    "[boosting: gbdt]\n[num_iterations: 3]\n[early_stopping_round: 1]\n"      \
    "[categorical_feature: 1]\n\nend of parameters\n"

static const char *const  seeds[] = {

    /* numbers, each type of missing, a set, lists of pandas */
    HEAD("1", "1", "2", "objective=binary sigmoid:1\nfeature_names=a b c\n"
         "feature_infos=[-2.5:3] -1:0:2:1 none\ntree_sizes=640\n\n")
    "Tree=0\nnum_leaves=5\nnum_cat=1\nsplit_feature=0 1 0 0\n"
    "split_gain=9 8 7 6\nthreshold=0.25 0 -1.5e-05 inf\n"
    "decision_type=10 1 4 8\nleft_child=1 -1 3 -3\nright_child=2 -2 -4 -5\n"
    "leaf_value=0.5 -0.25 1e-300 -3 0.10000000000000001\n"
    "leaf_weight=1 1 1 1 1\nleaf_count=10 20 30 40 50\n"
    "internal_value=0 0 0 0\ninternal_weight=0 0 0 0\n"
    "internal_count=150 30 120 80\ncat_boundaries=0 2\ncat_threshold=5 1\n"
    "is_linear=0\nshrinkage=1\n\n\n"
    END "\npandas_categorical:[[\"x\", \"y \\u00e4\", \"z\"]]\n",

    /* several outputs, averages, trees of one leaf, none of the names */
    HEAD("2", "2", "1", "objective=multiclass num_class:2\naverage_output\n"
         "feature_names=Column_0 Column_1\n"
         "monotone_constraints=0 1\nfeature_infos=[0:1] [0:1]\n\n")
    LEAF("0", "0.5") LEAF("1", "-0.25") LEAF("2", "1") LEAF("3", "2")
    END "\nparser:\nx\nend of parser\n\npandas_categorical:null\n",

    /* linear leaves, no counts */
    HEAD("1", "1", "1", "objective=regression sqrt\nfeature_names=a b=c\n"
         "feature_infos=[0:1] [0:1]\n\n")
    "Tree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=1 0\nthreshold=0.5 1\n"
    "decision_type=2 0\nleft_child=1 -1\nright_child=-2 -3\n"
    "leaf_value=1 2 3\nis_linear=1\nleaf_const=1.5 2.5 3.5\n"
    "num_features=2 0 1\nleaf_features=0 1   1  \n"
    "leaf_coeff=0.5 -1e-3   2  \nshrinkage=1\n\n\n"
    END,

    /* an old one */
    "tree\r\nversion=v2\r\nnum_class=1\r\nlabel_index=0\r\n"
    "max_feature_idx=0\r\nobjective=lambdarank\r\nfeature_names=q\r\n"
    "feature_infos=[0:1]\r\n\r\nTree=0\r\nnum_leaves=2\r\nnum_cat=0\r\n"
    "split_feature=0\r\nsplit_gain=1\r\nthreshold=0.5\r\n"
    "decision_type=2\r\nleft_child=-1\r\nright_child=-2\r\n"
    "leaf_parent=0 0\r\nleaf_value=1 2\r\nleaf_count=1 2\r\n"
    "internal_value=0\r\ninternal_count=3\r\nshrinkage=1\r\n\r\n"
    "feature importances:\r\nq=1\r\n",
};


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    return n < sizeof(seeds) / sizeof(seeds[0])
           ? fuzz_text(seeds[n], buf, room) : 0;
}


/* A few rows through all trees */

static void
walk(const train_import_t *m)
{
    double         *x;
    size_t          i, j, node, leaf;
    maas_trees_t    t;
    maas_shape_t    in;
    static const double  values[] = { 0, -1, 2.5, 1e300, NAN };

    in = maas__shape_flat(m->dtype, m->in);
    FUZZ_HOLDS(m->n_nodes == 1);
    FUZZ_HOLDS(maas__node_shape(m->nodes, 0, &in, NULL) == MAAS_OK);
    maas__trees_of(&m->nodes[0], &t);

    x = malloc(m->in * sizeof(double));
    FUZZ_HOLDS(x != NULL);

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        for (j = 0; j < m->in; j++) {
            x[j] = values[i];
        }

        for (j = 0, node = 0, leaf = 0; j < t.trees; j++) {
            FUZZ_HOLDS(maas__trees_leaf(&t, j, node, leaf, x) - leaf
                       <= t.size[j]);
            node += t.size[j];
            leaf += t.size[j] + 1;
        }
    }

    free(x);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    maas_err_t       err = { 0 };
    maas_status_t    rc;
    train_import_t   m = { .best = size % 2 };

    if (!train_import_lightgbm.is((const char *) data, size)) {
        return 0;
    }

    m.arena = maas__arena_create(ARENA);
    FUZZ_HOLDS(m.arena != NULL);

    rc = train_import_lightgbm.read(&m, (const char *) data, size, &err);

    if (rc == MAAS_OK) {
        walk(&m);
        fuzz_accepted++;

    } else {
        FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
    }

    maas__arena_destroy(m.arena);

    return 0;
}
