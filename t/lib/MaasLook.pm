# What is wrong with how a page looks, by what a browser computed: texts that
# are hard to read, parts that are wider than the screen, controls that keys
# do not reach.
# Not here: the browser itself (MaasBrowser.pm).
package MaasLook;

use strict;
use warnings;

use JSON::PP ();

my $CODE = do { local $/; readline DATA };


# at($browser, width, 'light' or 'dark'): a screen of that kind; a narrow one
# is a phone.
sub at {
    my ($browser, $width, $scheme) = @_;
    $browser->cdp('Emulation.setEmulatedMedia', features => [
        { name => 'prefers-color-scheme', value => $scheme },
        { name => 'prefers-reduced-motion', value => 'reduce' } ]);
    $browser->cdp('Emulation.setDeviceMetricsOverride', width => $width,
        height => 800, deviceScaleFactor => 1,
        mobile => $width < 600 ? JSON::PP::true : JSON::PP::false);
    return;
}


# Texts below the contrast that WCAG 2 asks for at level AA, as "2.31 text"
sub contrast { return @{ $_[0]->js("$CODE return contrast()") } }

# Elements that reach beyond the screen, but for those in a part that scrolls
sub wide { return @{ $_[0]->js("$CODE return wide()") } }

# Controls without a name or that Tab does not stop at
sub unreached { return @{ $_[0]->js("$CODE return unreached()") } }


1;

__DATA__
const rgba = text => {
    const n = text.match(/[\d.]+/g).map(Number);
    return n.length > 3 ? n : [...n.slice(0, 3), 1];
};

const over = (top, under) => [0, 1, 2].map(i =>
    top[i] * top[3] + under[i] * (1 - top[3]));

const light = rgb => rgb.map(v => v / 255).map(v =>
    v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((a, v, i) => a + v * [0.2126, 0.7152, 0.0722][i], 0);

const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) /
    (Math.min(light(a), light(b)) + 0.05);

const shown = e => e.checkVisibility({ checkOpacity: true,
    checkVisibilityCSS: true }) && e.getClientRects().length > 0;

function ground(e) {
    const above = [];
    for (; e; e = e.parentElement) {
        const c = rgba(getComputedStyle(e).backgroundColor);
        above.push(c);
        if (c[3] === 1) {
            break;
        }
    }
    return above.reverse().reduce((under, c) => over(c, under),
        [255, 255, 255]);
}

function contrast() {
    const bad = [], walk = document.createTreeWalker(document.body, 4);
    const check = (e, text, color) => {
        const style = getComputedStyle(e), size = parseFloat(style.fontSize);
        const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
        const under = ground(e), c = rgba(color);
        for (let up = e; up; up = up.parentElement) {
            c[3] *= Number(getComputedStyle(up).opacity);
        }
        const r = ratio(over(c, under), under);
        if (r < (large ? 3 : 4.5)) {
            bad.push(`${r.toFixed(2)} ${text.trim().slice(0, 40)}`);
        }
    };
    while (walk.nextNode()) {
        const e = walk.currentNode.parentElement;
        if (/\S/.test(walk.currentNode.data) && shown(e) &&
            !e.closest('script, style, noscript, :disabled'))
        {
            check(e, walk.currentNode.data, getComputedStyle(e).color);
        }
    }
    for (const e of document.querySelectorAll('input, textarea, select')) {
        if (shown(e) && !e.disabled) {
            check(e, e.value || e.placeholder || '', e.value ||
                !e.placeholder ? getComputedStyle(e).color
                : getComputedStyle(e, '::placeholder').color);
        }
    }
    return bad;
}

function wide() {
    const most = document.documentElement.clientWidth, bad = [];
    const held = e => {
        for (let up = e.parentElement; up; up = up.parentElement) {
            if (getComputedStyle(up).overflowX !== 'visible') {
                return up !== document.body;
            }
        }
        return false;
    };
    if (document.documentElement.scrollWidth > most) {
        bad.push(`the page: ${document.documentElement.scrollWidth}`);
    }
    for (const e of document.body.querySelectorAll('*')) {
        const r = e.getBoundingClientRect();
        if (r.width > 0 && (r.right > most + 0.5 || r.left < -0.5) &&
            shown(e) && !held(e))
        {
            bad.push(`${e.localName} ${e.id} ${Math.round(r.right)}`);
        }
    }
    return bad;
}

function unreached() {
    return [...document.querySelectorAll('a, button, input, select, ' +
        'textarea, summary, canvas[tabindex], [onclick]')]
        .filter(e => shown(e) && !e.disabled)
        .filter(e => {
            const name = e.getAttribute('aria-label') || e.title ||
                e.textContent || (e.labels && e.labels.length ? 'label' : '');
            e.focus();
            return !/\S/.test(name) || e.tabIndex < 0 ||
                document.activeElement !== e;
        }).map(e => `${e.localName} ${e.id} ${e.textContent.slice(0, 20)}`);
}
