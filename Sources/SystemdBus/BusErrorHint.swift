import Glibc

extension BusError {
    /// What to do next, for the failures whose remedy is known; nil for the others.
    public var hint: String? {
        switch self {
        case .cannotConnect(_, let errno): Self.hints(connecting: errno)
        case .refused(_, let name, _): Self.hints[name]
        case .timedOut:
            "the service on the other side hangs or is still at work; "
                + "look at its journal, or allow more time"
        case .cancelled: nil
        case .disconnected: "dbus-daemon ended or was restarted; connect again and repeat"
        case .unsendable: "this is a defect of the program that made the call"
        case .unexpectedReply: "the other side is of another version than expected"
        }
    }

    private static func hints(connecting errno: Int32) -> String? {
        switch errno {
        case ENOENT, ECONNREFUSED, ENOTDIR, ESRCH:
            "no systemd or no dbus-daemon is running here; start one, or use a lab"
        case EACCES, EPERM: "run as root"
        case ENOMEDIUM:
            "there is no user session here; set DBUS_SESSION_BUS_ADDRESS or XDG_RUNTIME_DIR"
        case ECONNRESET, ENOTCONN, EPIPE, ETIMEDOUT:
            "something listens there but does not answer as a message bus would; "
                + "see whether dbus.service is healthy"
        case EINVAL, EAFNOSUPPORT: "an address looks like unix:path=/run/dbus/system_bus_socket"
        default: nil
        }
    }

    /// By D-Bus error name. The names are those of the D-Bus specification and of systemd's
    /// src/libsystemd/sd-bus/bus-common-errors.h.
    private static let hints: [String: String] = [
        "org.freedesktop.DBus.Error.AccessDenied": "run as root",
        "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired": "run as root",
        "org.freedesktop.DBus.Error.AuthFailed": "run as root",
        "org.freedesktop.DBus.Error.ServiceUnknown":
            "nobody owns this name on the bus: no systemd is running here, "
            + "or the service is not started",
        "org.freedesktop.DBus.Error.NameHasNoOwner":
            "nobody owns this name on the bus; is the service started?",
        "org.freedesktop.DBus.Error.FileNotFound":
            "no systemd or no dbus-daemon is running here; start one, or use a lab",
        "org.freedesktop.DBus.Error.PropertyReadOnly":
            "this version of systemd does not let a transient unit set the property",
        "org.freedesktop.DBus.Error.UnknownProperty": "this version of systemd lacks the property",
        "org.freedesktop.DBus.Error.UnknownMethod": "this version of systemd lacks the method",
        "org.freedesktop.DBus.Error.UnknownObject":
            "the unit or job is no longer loaded; hold it with AddRef=true",
        "org.freedesktop.DBus.Error.InvalidArgs":
            "the value does not suit the property; compare its type with "
            + "'busctl introspect org.freedesktop.systemd1'",
        "org.freedesktop.DBus.Error.LimitsExceeded":
            "too many messages or connections at once; try again, fewer at a time",
        "org.freedesktop.DBus.Error.NoReply":
            "the service ended or was stopped before it answered; look at its journal",
        "org.freedesktop.DBus.Error.Timeout":
            "the service on the other side hangs or is still at work; look at its journal",
        "org.freedesktop.DBus.Error.Disconnected":
            "dbus-daemon ended or was restarted; connect again and repeat",
        "org.freedesktop.systemd1.NoSuchUnit":
            "no unit of this name is loaded; 'systemctl list-units --all' shows those that are",
        "org.freedesktop.systemd1.UnitExists":
            "a unit of this name is loaded or has a file; take another name, or reset-failed it",
        "org.freedesktop.systemd1.UnitMasked": "the unit is masked; 'systemctl unmask' it first",
        "org.freedesktop.systemd1.LoadFailed":
            "systemd could not load the unit; 'systemctl status' shows why",
        "org.freedesktop.systemd1.BadUnitSetting":
            "the unit has a setting systemd rejects; 'systemctl status' shows which",
        "org.freedesktop.systemd1.TransactionIsDestructive":
            "another job is queued for the unit, perhaps the machine is shutting down; "
            + "wait for it, or cancel it",
        "org.freedesktop.systemd1.JobTypeNotApplicable":
            "this kind of unit cannot do that; for a reload it needs ExecReload=",
        "org.freedesktop.systemd1.OnlyByDependency":
            "the unit refuses to be started or stopped by hand",
    ]
}
