# Promise: a wrong maas_cache fails `nginx -t` with one line that says what to
# write instead.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;

$t->model('m', sizes => [ 2, 2 ]);
$t->model('long', sizes => [ 2, 1000 ]);

sub says {
    my ($line, $model, $more) = @_;
    my ($rc, $said) = $t->check_conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m m.safetensors;
    maas_model long long.safetensors;
    server {
        listen 127.0.0.1:%%PORT1%%;
        location / { maas_predict @{[ $model || 'm' ]}; maas_cache $line; }
        @{[ $more // '' ]}
    }
}
EOC
    my @said = grep { /\[(?:emerg|warn)\]/ } split /\n/, $said;
    is(scalar(@said), $rc ? 1 : 0, "$line: lines");
    return "$rc @said";
}

my $other = sub { return "location /b { maas_predict m; maas_cache $_[0]; }" };

for (
    ['ttl=1m', 'maas_cache has no zone, such as "zone=answers:64m"'],
    ['zone=a:1m zone=b:1m', '"zone=b:1m" is none of zone= and ttl=, each once'],
    ['zone=a:1m ttl=1m ttl=2m', 'invalid number of arguments'],
    ['zone=a:1m off', '"off" is none of zone= and ttl=, each once, or just'],
    ['on', '"on" is none of zone= and ttl=, each once, or just "off"'],
    ['zone=', '"zone=" is no name and size'],
    ['zone=:1m', '"zone=:1m" is no name and size'],
    ['zone=a:', '"zone=a:" is no name and size'],
    ['zone=a:0', '"zone=a:0" is no name and size'],
    ['zone=a:1q', '"zone=a:1q" is no name and size'],
    ['"zone=a b:1m"', '"zone=a b:1m" is no name and size'],
    ['zone=a:1m ttl=', '"ttl=" is no time of 1s to 365d'],
    ['zone=a:1m ttl=0', '"ttl=0" is no time of 1s to 365d'],
    ['zone=a:1m ttl=1ms', '"ttl=1ms" is no time of 1s to 365d'],
    ['zone=a:1m ttl=2y', '"ttl=2y" is no time of 1s to 365d'],
    ['zone=a', 'zone "a" has no size in ', ],
    ['zone=a:1m', 'zone "a" has another size in ', 'm', $other->('zone=a:2m')],
    ['zone=a:1m', '"maas_cache" directive is duplicate', 'm',
        'location /b { maas_predict m; maas_cache off; maas_cache off; }'],
    ['zone=a:64k', 'is too small: expected 85k or more for answers of 2 numbers, as model "m" gives them'],
    ['zone=a:128k', 'is too small: expected 537k or more for answers of 1000 numbers, as model "long" gives them', 'long'],
    ['zone=a:128k', 'as model "long" gives them', 'm',
        'location /v2 { maas_serve; maas_cache zone=a; }'],
) {
    my ($line, $says, $model, $more) = @$_;
    like(says($line, $model, $more), qr/^1 .*\[emerg\].*\Q$says\E/, "$line: says");
}

like(says(@$_), qr/^0 $/, "$_->[0]: right") for ['off'], ['zone=a:85k'],
    ['zone=a:600k', 'long'], ['zone=a:1m', 'm', $other->('zone=a ttl=2h')],
    ['zone=a', 'm', $other->('ttl=365d zone=a:1m')],
    ['zone=a:1m', 'm', $other->('zone=b.c-D_1:1m')];

done_testing();
