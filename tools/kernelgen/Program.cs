using System.Text;
using KernelGen.Tool.CommandLine;

// Names of tensors and files may hold any character, whatever the console's code page is.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
return KernelGenCommand.Run(args, new Terminal(Console.Out, Console.Error, isInteractive: !Console.IsOutputRedirected));
