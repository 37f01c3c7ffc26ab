/*
 * Names in model files of what is a closed list, and what may be a name.
 * Not here: where in a file they stand.
 */

#include "maas_int.h"

#include <string.h>


#define NAMES_TASK(c, name)     [MAAS_TASK_##c] = name,
#define NAMES_FIELD(c, name)    [MAAS_FIELD_##c] = name,
#define NAMES_SCALING(c, name)  [MAAS_SCALING_##c] = name,
#define NAMES_COMPARE(c, name)  [MAAS_COMPARE_##c] = name,
#define NAMES_DATE(c, name)     [MAAS_DATE_##c] = name,
#define NAMES_PART(c, name)     [MAAS_PART_##c] = name,
#define NAMES_ROLE(c, name)     [MAAS_ROLE_##c] = name,

const char *const  maas__task_names[MAAS_N_TASKS] = {
    MAAS_TASKS(NAMES_TASK)
};

const char *const  maas__field_names[MAAS_N_FIELDS] = {
    MAAS_FIELD_KINDS(NAMES_FIELD)
};

const char *const  maas__scaling_names[MAAS_N_SCALINGS] = {
    MAAS_SCALINGS(NAMES_SCALING)
};

const char *const  maas__compare_names[MAAS_N_COMPARES] = {
    MAAS_COMPARES(NAMES_COMPARE)
};

const char *const  maas__date_names[MAAS_N_DATE_FORMS] = {
    MAAS_DATE_FORMS(NAMES_DATE)
};

const char *const  maas__part_names[MAAS_N_PARTS] = {
    MAAS_PARTS(NAMES_PART)
};

const char *const  maas__role_names[MAAS_N_ROLES] = {
    MAAS_ROLES(NAMES_ROLE)
};


int
maas_is_name(const char *s, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (!((s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= 'a' && s[i] <= 'z')
              || (s[i] >= '0' && s[i] <= '9') || s[i] == '_' || s[i] == '.'
              || s[i] == '-'))
        {
            return 0;
        }
    }

    return len > 0 && len <= MAAS_MAX_NAME;
}


int
maas_is_model_name(const char *s, size_t len)
{
    size_t  reserved;

    reserved = sizeof(MAAS_RESERVED_NAME) - 1;

    return maas_is_name(s, len)
           && !(len == reserved && memcmp(s, MAAS_RESERVED_NAME, len) == 0);
}
