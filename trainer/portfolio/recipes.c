/*
 * What a portfolio tries: one row a recipe.
 * Not here: what settings mean (learn/), and who comes first (search.c).
 */

#include "portfolio.h"


#define RECIPE(family, name, settings, effort)                                \
    { { &train_family_##family, name, settings, 0 }, TRAIN_EFFORT_##effort }

/* Different kinds of each family: what one misses on a table, another finds.
 * Their order is not that of a search, which begins with what costs least
 * there.  "plain, small" is what --effort quick trains (fit/plan.c), on few
 * rows. */

const train_entry_t  train_recipes[] = {
    RECIPE(trees, "trees", "", QUICK),
    RECIPE(trees, "trees, small", "leaves=8,min-rows=10,l2=1", NORMAL),
    RECIPE(trees, "trees, slow",
           "rate=0.03,rounds=600,patience=50,columns=0.7,rows=0.8", NORMAL),
    RECIPE(trees, "trees, random",
           "extra=1,rate=0.05,rounds=600,patience=50,min-rows=5", NORMAL),
    RECIPE(network, "plain, held back",
           "depth=1,width=128,decay=1,drop=0,lr=0.002", NORMAL),
    RECIPE(network, "plain, small",
           "depth=1,width=128,held=2000,drop=0,lr=0.002,batch=32,most=200,"
           "clip=6", NORMAL),
    RECIPE(network, "plain", "depth=2,width=256", NORMAL),
    RECIPE(network, "bins", "bins=16,depth=1,width=256,gain=0.5", QUICK),
    RECIPE(network, "waves", "waves=16,depth=2,width=256", NORMAL),
    RECIPE(network, "bins and waves",
           "bins=16,waves=16,depth=1,width=256,gain=0.5", NORMAL),
    RECIPE(network, "bins, two layers",
           "bins=16,depth=2,width=256,gain=0.5", BEST),
    RECIPE(trees, "trees, slower",
           "leaves=63,rate=0.01,rounds=2000,patience=100,columns=0.5,rows=0.8",
           BEST)
};

const size_t  train_n_recipes = train_nelts(train_recipes);
