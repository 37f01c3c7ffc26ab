#!/usr/bin/perl

# Promise: the packages live in a clean root of Debian: installed, their
# example answers with the trainer's bits; it answers during an upgrade, which
# keeps what was changed in it; when they are purged nothing is left and nginx
# is well.  MAAS_SUITE=trixie: they are built in a root of that release first.
# MAAS_DEBS: a folder of packages that are there already.  MAAS_TWICE: they are
# built again, in another folder with other surroundings, to the same bytes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Root;
use POSIX ();
use Test::More;

MaasTest::missing('root: a root of Debian is entered by chroot') if $> != 0;

my ($here) = MaasTest::Proc::slurp('/etc/os-release')
    =~ /^VERSION_CODENAME=(\S+)/m;
my $suite = $ENV{MAAS_SUITE} || $here;
my $build = "$MaasTest::top/build/deb";
my $base = "$build/root-$suite.tar";
my $debs = $ENV{MAAS_DEBS} || ($suite eq $here ? $build : "$build/$suite");

my $t = MaasTest->new;
my $root = $t->dir . '/root';

mkdir $_ for $build, $debs, $root;
$ENV{DEBIAN_FRONTEND} = 'noninteractive';
$ENV{LC_ALL} = 'C';
delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};

sub inside {
    my ($command) = @_;
    my ($rc, $out, $err) = $t->command('chroot', $root, 'sh', '-c', $command);
    return ($rc, "$out$err");
}

sub done_inside {
    my ($what, $command) = @_;
    my ($rc, $said) = inside($command);
    is($rc, 0, $what) or diag($said);
    return $said;
}

###############################################################################
# the packages, and at the same time a root

my $pid = fork // die "fork: $!";

if (!$pid) {
    my $wrong = MaasTest::Root::archive($suite, $base);
    print STDERR "$wrong\n" if $wrong;
    POSIX::_exit($wrong ? 1 : 0);
}

# a copy of the tree, and a command that builds it there as nobody

sub by_nobody {
    my ($in, $where, $how) = @_;
    is(system("mkdir '$in$where' '$in$where/src' '$in$where/debs'"
        . " && cd '$MaasTest::top'"
        . ' && git ls-files -z --cached --others --exclude-standard'
        . " | tar -c --null -T - | tar -x -C '$in$where/src'"
        . " && chown -R nobody '$in$where'"), 0, 'a copy of the tree');
    return "su -s /bin/sh nobody -c '$how $where/src/debian/package"
        . " $where/debs'";
}

my $lintian = "lintian --allow-root -L '>=info'"
    . ' --fail-on error,warning,info';
my $other = 'umask 077; export TZ=Asia/Tokyo LANG=C.UTF-8'
    . ' DEB_BUILD_OPTIONS=parallel=1;';

# before the first build, so that it is of the same tree
my $again = $ENV{MAAS_TWICE} && $suite eq $here
    ? by_nobody('', $t->dir . '/elsewhere', $other) : '';

if ($suite eq $here && !$ENV{MAAS_DEBS}) {
    my ($rc, $out, $err) = $t->command("$MaasTest::top/debian/package", $debs);
    is($rc, 0, 'make deb') or diag($out, $err);
}

waitpid $pid, 0;
is($?, 0, "a root of $suite") or BAIL_OUT('no root');
is(system("tar -x -C '$root' <'$base'"), 0, 'is laid out');

sub same_bytes {
    my ($one, $two) = @_;
    my @differ = grep { system('cmp', $_, $two . s{.*/}{/}r) }
        my @all = glob "$one/*.deb";
    is(join(' ', @differ), '', 'the same bytes');
    is(scalar @all, 4, 'of four packages, two of them of symbols');
    return;
}

if ($suite eq $here) {
    my ($rc, $out, $err) = $t->command('sh', '-c', "$lintian $debs/*.changes");
    is($rc, 0, 'lintian') or diag($out, $err);

    if ($again) {
        ($rc, $out, $err) = $t->command('sh', '-c', $again);
        is($rc, 0, 'another build') or diag($out, $err);
        same_bytes($debs, $t->dir . '/elsewhere/debs');
    }

} elsif (!$ENV{MAAS_DEBS}) {
    my $build = by_nobody($root, '/first', '');
    $again = by_nobody($root, '/second', $other) if $ENV{MAAS_TWICE};
    done_inside('its build dependencies', 'apt-get -qy install dpkg-dev'
        . ' && apt-get -qy build-dep /first/src'
        . ' && apt-get -qy --no-install-recommends install lintian');
    done_inside('a user builds the packages', $build);
    done_inside('lintian', "$lintian /first/debs/*.changes");

    if ($again) {
        done_inside('another build', $again);
        same_bytes("$root/first/debs", "$root/second/debs");
    }

    system("rm -f '$debs'/*.deb; cp '$root'/first/debs/*.deb '$debs'");
    system("rm -rf '$root' && mkdir '$root' && tar -x -C '$root' <'$base'");
}

my @debs = map { glob "$debs/${_}_*.deb" }
    qw(libnginx-mod-http-maas maas-trainer);
is(scalar @debs, 2, 'two packages');

# neither place nor time is in them

my $all = $t->dir . '/all';
mkdir $all;
system('dpkg-deb', '-x', $_, $all) for @debs;
is(`grep -rlE '$MaasTest::top|/debs/|/tree/' '$all' 2>&1`, '',
    'no file knows where it was built');
like(`find '$all' -type f -printf '%Ts ' | xargs -n 1 | sort -u`, qr/^\d+\n\z/,
    'and all are of the time in debian/changelog');

my ($version) = MaasTest::Proc::slurp("$MaasTest::top/CHANGES")
    =~ /^Changes with ngx_maas (\S+)/m;
like($debs[0], qr/_\Q$version\E-\d+~deb\d+_/, 'the version of CHANGES');

###############################################################################
# installed

mkdir "$root/debs";
system('cp', @debs, "$root/debs");
done_inside('apt-get install', 'apt-get -qy --no-install-recommends install'
    . ' /debs/*.deb');
done_inside('nginx -t', 'nginx -t');
done_inside('maas-trainer', 'maas-trainer --version');
ok(-s "$root/usr/share/man/man5/ngx_http_maas_module.5.gz", 'man 5');
ok(-s "$root/usr/share/man/man1/maas-trainer-fit.1.gz", 'man 1');

# as a user does: other ports, the example enabled

my $site = 'etc/nginx/sites-available/maas-example';
my $enabled = 'etc/nginx/sites-enabled/maas-example';
my $port = MaasTest::free_port();
my $examples = "$root/usr/share/doc/libnginx-mod-http-maas/examples";
my $picture = MaasTest::Proc::slurp("$examples/digit.pgm");

unlink "$root/etc/nginx/sites-enabled/default";
done_inside('another port', "sed -i 's/127.0.0.1:8080;/127.0.0.1:$port;/' /$site");
symlink "../sites-available/maas-example", "$root/$enabled" or die $!;
done_inside('nginx -t with the example', 'nginx -t');
done_inside('nginx', '/usr/sbin/nginx');        # by its path, for USR2

my $pidfile = "$root/run/nginx.pid";
sub master { return MaasTest::Proc::slurp($pidfile) =~ /(\d+)/ ? $1 : 0 }

# it may have become a child of this test, as daemons do here
sub ended {
    my ($pid) = @_;
    return waitpid($pid, POSIX::WNOHANG()) == $pid || !kill 0 => $pid;
}

END { kill QUIT => master() if $pidfile && master(); }

sub ask {
    my ($what) = @_;
    my ($answer) = $t->answers($t->send($t->request('POST', '/digit', $picture,
        'Content-Type' => 'image/x-portable-graymap', Connection => 'close',
        Accept => 'application/json'), port => $port));
    is($answer && $answer->status, 200, $what) or return [];
    return $answer->json->[0];
}

my $numbers = ask('a prediction');
cmp_ok((sort { $b <=> $a } @$numbers)[0], '>', 0.5, 'of a digit');

# the trainer's numbers of the same picture

$t->write_file('root/images', pack('N4', 0x803, 1, 28, 28),
    substr $picture, -784);
$t->write_file('root/labels', pack('N2 C', 0x801, 1, 0));
my $says = done_inside('maas-trainer predict',
    'maas-trainer predict /usr/share/maas/digits.safetensors --data'
    . ' /images,/labels');
my @same = grep { my $n = sprintf '%.6g', $_;
    grep { sprintf('%.6g', $_) == $n } $says =~ /([\d.]+(?:e-\d+)?)/g }
    @$numbers;
is(scalar @same, 10, 'the same ten numbers') or diag($says);

###############################################################################
# upgraded: a package with a higher version and another example

my $new = $t->dir . '/new';
system('dpkg-deb', '-R', $debs[0], $new);
system("sed -i 's/^Version: .*/Version: 9.0-1/' '$new/DEBIAN/control';"
    . " echo '# and more' >>'$new/$site';"
    . " dpkg-deb --root-owner-group -b '$new' '$root/debs/new.deb' >'$new.log'");
my $old = master();
done_inside('apt-get install of a newer one', 'apt-get -qy'
    . ' -o Dpkg::Options::=--force-confold install /debs/new.deb');
is_deeply(ask('it still answers'), $numbers, 'the same');
like(MaasTest::Proc::slurp("$root/$site"), qr/127\.0\.0\.1:$port;/,
    'the changed example is kept');
like(MaasTest::Proc::slurp("$root/$site.dpkg-dist"), qr/# and more/,
    'and the new one beside it');
done_inside('nginx -t', 'nginx -t');

# what `service nginx upgrade` does

kill USR2 => $old;
ok($t->wait_for(sub { my $m = master(); $m && $m != $old }, 20),
    'a new master');
is_deeply(ask('that answers'), $numbers, 'the same');
kill QUIT => $old;
ok($t->wait_for(sub { ended($old) }, 20), 'the old one ends');
is_deeply(ask('the new one alone answers'), $numbers, 'the same');
my $maps = MaasTest::Proc::slurp('/proc/' . master() . '/maps');
like($maps, qr/ngx_http_maas_module\.so$/m, 'with the new module');
unlike($maps, qr/ngx_http_maas_module\.so \(deleted\)/, 'and that alone');

###############################################################################
# removed, purged

done_inside('apt-get remove', 'apt-get -qy remove libnginx-mod-http-maas');
done_inside('nginx -t', 'nginx -t');
ok(!-l "$root/$enabled", 'the example is disabled');
ok(-e "$root/$site", 'and kept');
is_deeply(ask('nginx that runs still answers'), $numbers, 'the same');

done_inside('apt-get purge', 'apt-get -qy purge libnginx-mod-http-maas'
    . ' maas-trainer');
done_inside('nginx -t', 'nginx -t');
done_inside('a reload', 'nginx -s reload');
is(join(' ', grep { !m{/debs/|/var/(?:log|cache|lib/(?:apt|dpkg/\w+-old))/} }
    split /\n/, `find '$root' -name '*maas*'`), '', 'nothing is left');
is((inside('dpkg -l | grep maas'))[0], 1, 'for dpkg, too');

my $last = master();
done_inside('nginx -s quit', 'nginx -s quit');
ok($t->wait_for(sub { ended($last) }, 20), 'nginx ends');

done_testing();
