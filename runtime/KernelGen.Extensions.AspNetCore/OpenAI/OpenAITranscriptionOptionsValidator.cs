using Microsoft.Extensions.Options;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>Checks <see cref="OpenAITranscriptionOptions"/>, in code that is generated from their attributes.</summary>
[OptionsValidator]
internal sealed partial class OpenAITranscriptionOptionsValidator : IValidateOptions<OpenAITranscriptionOptions>;
