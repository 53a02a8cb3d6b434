// The package's binding (tfjs_backend.cc, tfjs_binding.cc), unchanged, with four functions of ours beside its own:
//
//   operations()              the serialized OpList of all that TensorFlow can do
//   addFunction(Uint8Array)   makes a serialized FunctionDef callable by its name through the binding's executeOp
//   removeFunction(string)    forgets it, with all that was compiled for it
//   giveMemoryBack()          hands free blocks back to the system, where the C library does not do so by itself
//
// so that a recorded training step is one call. The context of the binding, which is private to it, is caught where it is made:
// the package's sources are compiled with -DTFE_NewContext=rlhf_new_context.
#undef TFE_NewContext
#include <node_api.h>

#include <cstring>
#include <exception>
#include <string>
#include <vector>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"

// One for each JavaScript environment, which is one thread.
static thread_local TFE_Context *context = nullptr;

extern "C" TFE_Context *rlhf_new_context(const TFE_ContextOptions *options, TF_Status *status) {
  context = TFE_NewContext(options, status);
  return context;
}

// TensorFlow throws std::bad_alloc where the C library gives no memory, and an exception that leaves an addon ends the process. So every
// function, the binding's too, is called by this one, which finds it in its data, and makes an error of JavaScript of what it throws.
static napi_value guarded(napi_env env, napi_callback_info info) {
  void *function = nullptr;
  if (napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &function) != napi_ok) return nullptr;
  try {
    return reinterpret_cast<napi_callback>(function)(env, info);
  } catch (const std::exception &error) {
    napi_throw_error(env, nullptr, error.what());
  } catch (...) {
    napi_throw_error(env, nullptr, "TensorFlow threw what is no exception of C++'s library");
  }
  return nullptr;
}

static napi_status define_guarded(napi_env env, napi_value object, size_t count, const napi_property_descriptor *properties) {
  std::vector<napi_property_descriptor> all(properties, properties + count);
  for (napi_property_descriptor &property : all) {
    if (property.method == nullptr) continue;
    property.data = reinterpret_cast<void *>(property.method);
    property.method = guarded;
  }
  return napi_define_properties(env, object, count, all.data());
}
#define napi_define_properties define_guarded

// The binding registers its initializer by NAPI_MODULE; ours calls it instead.
#undef NAPI_MODULE
#define NAPI_MODULE(name, initialize) \
  napi_value initializeBinding(napi_env env, napi_value exports) { return initialize(env, exports); }
#include "tfjs_binding.cc"

static napi_value report(napi_env env, TF_Status *status) {
  if (TF_GetCode(status) != TF_OK) napi_throw_error(env, nullptr, TF_Message(status));
  TF_DeleteStatus(status);
  return nullptr;
}

static napi_value operations(napi_env env, napi_callback_info) {
  TF_Buffer *list = TF_GetAllOpList();
  void *data = nullptr;
  napi_value buffer, bytes = nullptr;
  if (napi_create_arraybuffer(env, list->length, &data, &buffer) == napi_ok) {
    std::memcpy(data, list->data, list->length);
    napi_create_typedarray(env, napi_uint8_array, list->length, buffer, 0, &bytes);
  }
  TF_DeleteBuffer(list);
  return bytes;
}

static napi_value addFunction(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  napi_typedarray_type type;
  size_t length = 0;
  void *data = nullptr;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) != napi_ok || count < 1 ||
      napi_get_typedarray_info(env, argument, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    napi_throw_type_error(env, nullptr, "addFunction takes the bytes of a FunctionDef as a Uint8Array");
    return nullptr;
  }
  TF_Status *status = TF_NewStatus();
  TFE_ContextAddFunctionDef(context, static_cast<const char *>(data), length, status);
  return report(env, status);
}

static napi_value removeFunction(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  size_t length = 0;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) != napi_ok || count < 1 ||
      napi_get_value_string_utf8(env, argument, nullptr, 0, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "removeFunction takes a function's name");
    return nullptr;
  }
  std::string name(length + 1, '\0');
  napi_get_value_string_utf8(env, argument, &name[0], length + 1, &length);
  TF_Status *status = TF_NewStatus();
  TFE_ContextRemoveFunction(context, name.c_str(), status);
  return report(env, status);
}

static napi_value giveMemoryBack(napi_env, napi_callback_info) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return nullptr;
}

NAPI_MODULE_INIT() {
  const napi_value binding = tfnodejs::initializeBinding(env, exports);
  if (binding == nullptr) return nullptr;
  const napi_property_descriptor ours[] = {
      {"operations", nullptr, operations, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"addFunction", nullptr, addFunction, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"removeFunction", nullptr, removeFunction, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"giveMemoryBack", nullptr, giveMemoryBack, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, binding, 4, ours);
  return binding;
}
