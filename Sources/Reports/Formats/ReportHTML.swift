/// to come
public struct ReportHTML: Sendable {
    public let text: String
    public init(_ report: Report) { text = "" }
}
