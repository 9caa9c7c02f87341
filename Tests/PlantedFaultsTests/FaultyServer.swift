/// A small server in Perl that does what a fault makes it do at its start, at each request, at its
/// reload, while it idles and at its stop.
enum FaultyServer {
    static let port = 7777

    /// `on` registers what is done when. What dies ends the server with status 3; a request that is
    /// answered with a false value is answered with “no”, a stop with status 4.
    static let program = #"""
        use strict; use warnings; use IO::Socket::INET; use POSIX ();
        our ($name, %on) = @ARGV;
        our $dir = "/var/lib/fault-$name";
        our $n = 0;
        my ($stop, $reload) = (0, 0);
        $SIG{TERM} = sub { $stop = 1 };
        $SIG{HUP} = sub { $reload = 1 };

        sub on { my ($when, $what) = @_; $on{$when} = $what }

        # A child that goes on by itself.
        sub worker {
            my ($work) = @_;
            my $pid = fork;
            return $pid if $pid;
            $SIG{TERM} = 'DEFAULT'; $SIG{HUP} = 'IGNORE';
            $work->();
            POSIX::_exit(0);
        }

        # Runs a program of which nobody hears anything.
        sub quiet {
            my $pid = fork;
            if (!$pid) {
                open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null';
                { no warnings; exec { $_[0] } @_; }
                POSIX::_exit(127);
            }
            waitpid $pid, 0;
            return 1;
        }

        # Writes a file; whether that was possible.
        sub wrote { open(my $file, '>', $_[0]) or return 0; print $file "x\n"; close $file }

        sub pause { select undef, undef, undef, $_[0] }

        sub act {
            my ($when) = @_;
            my $what = $on{$when} or return 1;
            my $result = eval { $what->() };
            if ($@) { print STDERR $@; POSIX::_exit(3) }
            return $result;
        }

        my $fault = "/srv/fault-$name.pl";
        defined(do $fault) or die "$fault: " . ($@ || $!);
        my $server = IO::Socket::INET->new(
            Listen => 5, LocalAddr => '127.0.0.1', LocalPort => 7777, ReuseAddr => 1)
            or die "cannot listen: $!";
        act('start');
        while (!$stop) {
            my $bits = ''; vec($bits, fileno($server), 1) = 1;
            my $ready = select $bits, undef, undef, 0.02;
            if ($reload) { $reload = 0; act('reload') }
            act('idle');
            1 while waitpid(-1, POSIX::WNOHANG()) > 0;
            next unless $ready > 0;
            my $client = $server->accept or next;
            $n++;
            print $client act('request') ? "ok\n" : "no\n";
            close $client;
        }
        POSIX::_exit(act('stop') ? 0 : 4);
        """#

    /// Asks the server once.
    static let question = #"""
        use IO::Socket::INET;
        my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => 7777, Timeout => 2)
            or exit 2;
        exit((<$server> // '') eq "ok\n" ? 0 : 1);
        """#
}
