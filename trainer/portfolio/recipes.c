/*
 * What a portfolio tries: one row a recipe, in the order in which they are
 * tried.
 * Not here: what settings mean (learn/).
 */

#include "portfolio.h"


#define RECIPE(family, name, settings, effort)                                \
    { { &train_family_##family, name, settings, 0 }, TRAIN_EFFORT_##effort,   \
      0 }
#define FOR_TEXTS(family, name, settings, effort)                             \
    { { &train_family_##family, name, settings, 0 }, TRAIN_EFFORT_##effort,   \
      1 }

/* Different kinds first, then others of each: what one misses on a table,
 * another finds.  Costs grow to the end of an effort.  Pieces of texts are so
 * many that a network learns them by heart unless it is held back. */

const train_entry_t  train_recipes[] = {
    RECIPE(trees, "trees", "", QUICK),
    RECIPE(network, "bins", "bins=16,depth=1,width=256,gain=0.5", QUICK),
    RECIPE(network, "plain", "depth=2,width=256", NORMAL),
    RECIPE(trees, "trees, small", "leaves=8,min-rows=10,l2=1", NORMAL),
    RECIPE(trees, "trees, slow",
           "rate=0.03,rounds=600,patience=50,columns=0.7,rows=0.8", NORMAL),
    FOR_TEXTS(network, "plain, held back",
           "depth=1,width=128,decay=1,drop=0,lr=0.002", NORMAL),
    RECIPE(network, "waves", "waves=16,depth=2,width=256", NORMAL),
    RECIPE(trees, "trees, random",
           "extra=1,rate=0.05,rounds=600,patience=50,min-rows=5", NORMAL),
    RECIPE(network, "bins and waves",
           "bins=16,waves=16,depth=1,width=256,gain=0.5", NORMAL),
    RECIPE(network, "bins, two layers",
           "bins=16,depth=2,width=256,gain=0.5", BEST),
    RECIPE(trees, "trees, slower",
           "leaves=63,rate=0.01,rounds=2000,patience=100,columns=0.5,rows=0.8",
           BEST)
};

const size_t  train_n_recipes = train_nelts(train_recipes);
