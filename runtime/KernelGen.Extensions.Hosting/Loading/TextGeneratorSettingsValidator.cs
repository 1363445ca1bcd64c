using Microsoft.Extensions.Options;

namespace KernelGen.Extensions.Hosting;

/// <summary>Checks <see cref="TextGeneratorSettings"/>, in code that is generated from their attributes.</summary>
[OptionsValidator]
internal sealed partial class TextGeneratorSettingsValidator : IValidateOptions<TextGeneratorSettings>;
