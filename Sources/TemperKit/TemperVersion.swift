/// The version of temper, as records, reports and drop-ins name it.
public enum TemperVersion {
    public static let current = "0.1.0"
}
