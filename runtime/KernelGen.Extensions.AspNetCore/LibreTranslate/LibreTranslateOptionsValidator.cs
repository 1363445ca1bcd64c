using Microsoft.Extensions.Options;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>Checks <see cref="LibreTranslateOptions"/>, in code that is generated from their attributes.</summary>
[OptionsValidator]
internal sealed partial class LibreTranslateOptionsValidator : IValidateOptions<LibreTranslateOptions>;
