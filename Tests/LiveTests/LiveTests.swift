import Testing

@Suite("on a machine in use") struct LiveTests {}
