using Microsoft.Extensions.Options;

namespace KernelGen.Extensions.Hosting;

/// <summary>Checks <see cref="TextGenerationQueueOptions"/>, in code that is generated from their attributes.</summary>
[OptionsValidator]
internal sealed partial class TextGenerationQueueOptionsValidator : IValidateOptions<TextGenerationQueueOptions>;
