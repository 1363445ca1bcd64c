#if SHARED_G2P
namespace KernelGen.Tests.Declarations;

/// <summary>How English words are pronounced: a BART of other people's, declared by its config.json.</summary>
[EncoderDecoderModel("g2p-en-us/config.json")]
internal sealed partial class Pronouncer;
#endif
