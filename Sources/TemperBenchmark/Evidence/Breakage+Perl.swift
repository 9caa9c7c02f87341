extension Breakage {
    /// What every breakage begins with.
    static let program = #"""
        use strict; use warnings; use POSIX (); use Socket; use IO::Socket::INET;
        our ($name) = @ARGV;
        # The number of a system call on x86-64 and on arm64.
        sub nr { (POSIX::uname())[4] eq 'x86_64' ? $_[0] : $_[1] }
        sub need { my ($ok, $what) = @_; $ok or die "$what: $!\n" }
        # Calls what the kernel may refuse; other errors are none.
        sub allowed {
            my ($what, $number, @call) = @_;
            my $result = syscall($number, @call);
            $result == -1 && ($!{EPERM} || $!{EACCES} || $!{ENOSYS}) and die "$what: $!\n";
        }
        sub wrote { open(my $file, '>', $_[0]) or return 0; print $file "x\n"; close $file }
        sub read_ok { open(my $file, '<', $_[0]) or return 0; 1 }
        sub run_ok { system(@_) == 0 or do { $! = 1; 0 } }
        # In a child that is another user.
        sub as_daemon {
            my ($work) = @_;
            my $pid = fork;
            if (!$pid) {
                $( = $) = "1 1"; $< = $> = 1;
                my $ok = eval { $work->() };
                print STDERR $@ || "$!\n" unless $ok;
                POSIX::_exit($ok ? 0 : 5);
            }
            waitpid $pid, 0;
            return $? == 0;
        }
        sub bound {
            my ($family, $address) = @_;
            socket(my $s, $family, SOCK_STREAM, 0) or return 0;
            bind($s, $address) or return 0;
        }
        my $file = "/srv/break-$name.pl";
        defined(do $file) or die($@ || "$file: $!\n");
        """#
}
