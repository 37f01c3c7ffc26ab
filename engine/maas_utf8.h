/*
 * UTF-8.
 */

#ifndef MAAS_UTF8_H
#define MAAS_UTF8_H

#include <stddef.h>


/* Bytes of the UTF-8 character (RFC 3629) at p, of which `left` are there, 1 or
 * more; 0 if it is none: overlong, a surrogate, beyond U+10FFFF, cut short. */
size_t maas__utf8_char(const char *p, size_t left);

/* Is s[0..len) nothing but such characters? */
int maas__utf8(const char *s, size_t len);


#endif /* MAAS_UTF8_H */
