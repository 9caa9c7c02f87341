import TemperCommand

Temper.requireProcesses()
await Temper.runTool()
