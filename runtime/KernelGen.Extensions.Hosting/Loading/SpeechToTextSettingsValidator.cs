using Microsoft.Extensions.Options;

namespace KernelGen.Extensions.Hosting;

/// <summary>Checks <see cref="SpeechToTextSettings"/>, in code that is generated from their attributes.</summary>
[OptionsValidator]
internal sealed partial class SpeechToTextSettingsValidator : IValidateOptions<SpeechToTextSettings>;
