using KernelGen.Audio;

namespace KernelGen.Extensions.Hosting;

/// <summary>How a <see cref="SpeechToText"/> is opened: what a section of the configuration says.</summary>
public sealed class SpeechToTextSettings : ModelSettings;
