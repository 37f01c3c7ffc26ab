# Promise: conf/alerts.yml has rules that Prometheus takes; each fires when it
# should, and none when all is well.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Prometheus;
use Test::More;

my $t = MaasTest->new;
my ($rules, $tests) = map { "$MaasTest::top/$_" } 'conf/alerts.yml',
    't/data/alerts.yml';
my $text = MaasTest::Proc::slurp($rules);
my $cases = MaasTest::Proc::slurp($tests);
my @alerts = $text =~ /^  - alert: (\w+)$/mg;

my ($rc, $said) = MaasTest::Prometheus::promtool($t, '', 'check', 'rules',
    $rules);
is($rc, 0, 'promtool takes the rules') or diag($said);
like($said, qr/SUCCESS: @{[ scalar @alerts ]} rules/, 'all of them');

($rc, $said) = MaasTest::Prometheus::promtool($t, '', 'test', 'rules', $tests);
is($rc, 0, 'they fire when they should') or diag($said);

for my $alert (@alerts) {
    like($cases, qr/alertname="$alert"/, "$alert has a test");
}

# rules that are broken are found
my $broken = $text =~ s/> 0\.05\n    for: 10m/> 0.2\n    for: 10m/r
    =~ s/window="1d"/window="2d"/r =~ s/offset 1d/offset 2d/r;
$t->write_file('alerts.yml', $broken);
$t->write_file('tests.yml', $cases =~ s{\.\./\.\./conf/}{}r);
($rc, $said) = MaasTest::Prometheus::promtool($t, '', 'test', 'rules',
    $t->dir . '/tests.yml');
isnt($rc, 0, 'broken ones are found');
like($said, qr/exp:.*"$_"/, $_) for qw(MaasFailing MaasDrift MaasNoTraffic);

done_testing();
