using System.ComponentModel;

namespace System.Runtime.CompilerServices
{
    /// <summary>What the compiler writes where a property is <c>required</c>; .NET Standard 2.0 lacks it.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Field | AttributeTargets.Property, Inherited = false)]
    internal sealed class RequiredMemberAttribute : Attribute;

    /// <summary>What the compiler writes where a type has <c>required</c> members, so that older compilers refuse it; .NET Standard 2.0 lacks it.</summary>
    /// <param name="featureName">The feature.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [AttributeUsage(AttributeTargets.All, AllowMultiple = true, Inherited = false)]
    internal sealed class CompilerFeatureRequiredAttribute(string featureName) : Attribute
    {
        /// <summary>The feature.</summary>
        public string FeatureName { get; } = featureName;
    }
}

namespace System.Diagnostics.CodeAnalysis
{
    /// <summary>What the compiler writes where a record copies its <c>required</c> members; .NET Standard 2.0 lacks it.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [AttributeUsage(AttributeTargets.Constructor, Inherited = false)]
    internal sealed class SetsRequiredMembersAttribute : Attribute;
}
