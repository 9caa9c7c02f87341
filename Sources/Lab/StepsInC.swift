import CLab

extension BootStep {
    /// The step as the C side reads it; valid for as long as `strings` is.
    func inC(_ strings: CStrings) -> lab_step {
        var step = lab_step()
        step.optional = isOptional ? 1 : 0
        switch action {
        case .mount(let source, let target, let type, let flags, let options):
            step.kind = Int32(LAB_STEP_MOUNT.rawValue)
            step.source = strings.string(source)
            step.target = strings.string(target)
            step.type = strings.string(type)
            step.flags = UInt64(flags.rawValue)
            step.text = strings.string(options)
        case .bind(let path):
            step.kind = Int32(LAB_STEP_BIND.rawValue)
            step.source = strings.string(path)
            step.target = step.source
        case .tree(let path):
            step.kind = Int32(LAB_STEP_TREE.rawValue)
            step.target = strings.string(path)
        case .directory(let path, let mode):
            step.kind = Int32(LAB_STEP_DIRECTORY.rawValue)
            step.target = strings.string(path)
            step.mode = UInt32(mode)
        case .file(let path, let text), .append(let path, let text):
            step.kind = Int32(writeKind.rawValue)
            step.target = strings.string(path)
            step.text = strings.string(text)
            step.mode = 0o644
        case .symlink(let path, let destination):
            step.kind = Int32(LAB_STEP_SYMLINK.rawValue)
            step.target = strings.string(path)
            step.source = strings.string(destination)
        case .device(let device):
            step.kind = Int32(LAB_STEP_DEVICE.rawValue)
            step.target = strings.string(device.path)
            step.mode = 0o666
            (step.major, step.minor) = (device.major, device.minor)
        case .remove(let path):
            step.kind = Int32(LAB_STEP_REMOVE.rawValue)
            step.target = strings.string(path)
        case .hostname(let name):
            step.kind = Int32(LAB_STEP_HOSTNAME.rawValue)
            step.text = strings.string(name)
        case .enter(let path):
            step.kind = Int32(LAB_STEP_ENTER.rawValue)
            step.target = strings.string(path)
        case .leave:
            step.kind = Int32(LAB_STEP_LEAVE.rawValue)
        }
        return step
    }

    private var writeKind: lab_step_kind {
        if case .append = action { LAB_STEP_APPEND } else { LAB_STEP_FILE }
    }
}
