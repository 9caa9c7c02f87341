import TemperCommand

await Temper.runTool()
